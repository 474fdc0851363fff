use super::*;
use crate::test_directory::TestDirectory;

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

#[test]
fn an_empty_password_is_no_credential_of_the_portal() {
    let directory = TestDirectory::new();
    directory.replace("password", "\n");
    let path = directory.path("password");
    let why = read_password(&path).err().unwrap();
    assert_eq!(why, format!("{}: it is empty", path.display()));
}
