use super::*;

const OPTIONS: [&str; 4] = [
    "api_user",
    "api_key",
    "subscription_key",
    "secondary_subscription_key",
];

#[test]
fn credentials_are_described_without_what_they_are() {
    let given = |name: &str| {
        let is_set = OPTIONS.contains(&name);
        is_set.then_some(("s3cret", ValueSource::Environment))
    };
    let sources = CredentialSources::new(given).unwrap();
    let (credentials, _) = sources.read(true).unwrap();
    let described = credentials.describe();
    assert!(!described.contains("s3cret"), "{described}");
    let each = OPTIONS.map(|name| {
        let variable = name.to_uppercase();
        format!("{name} (6 characters, from MOMO_{variable})")
    });
    assert_eq!(described, each.join(" and "));
}
