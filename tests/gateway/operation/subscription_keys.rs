//! Subscription keys come in pairs, to be rotated.

use crate::common::*;

const PRIMARY: &str = "11112222333344445555666677778888";
const SECONDARY: &str = "9999aaaabbbbccccddddeeeeffff0000";

fn accept(gateway: &Gateway, keys: &[&str]) {
    let mut credentials = gateway.credentials();
    credentials.subscription_keys = keys.iter().map(|k| (*k).to_owned()).collect();
    gateway.set_credentials(credentials);
}

/// The keys of the requests since the last time.
fn sent(gateway: &Gateway) -> Vec<String> {
    let requests = gateway.take_requests();
    let name = "Ocp-Apim-Subscription-Key";
    let keys = requests.iter().map(|r| r.header(name).unwrap());
    keys.map(str::to_owned).collect()
}

#[test]
fn a_rotated_key_costs_one_request_more_and_the_other_stays_in_use() {
    let gateway = Gateway::start().unwrap();
    accept(&gateway, &[PRIMARY, SECONDARY]);
    let config = Config::mock(&gateway, "");
    config.set("subscription_key", PRIMARY);
    config.set("secondary_subscription_key", SECONDARY);
    let log = config.log();
    let client = config.client();
    let token = client.create().unwrap();
    assert_eq!(sent(&gateway), [PRIMARY]);

    accept(&gateway, &[SECONDARY]);
    client.invalidate(&token.access_token);
    client.get().unwrap();
    assert_eq!(sent(&gateway), [PRIMARY, SECONDARY]);
    let warning = (2, "the primary subscription key was refused");
    let warned = |(level, line): &&(i32, String)| *level == warning.0 && line.contains(warning.1);
    let count = log.lines().iter().filter(warned).count();
    assert_eq!(count, 1, "{}", log.text());

    client.create().unwrap();
    let kept = sent(&gateway);
    assert_eq!(kept, [SECONDARY], "stays with the key that worked");

    // Rotated back: the primary is new, the secondary is refused.
    accept(&gateway, &[PRIMARY]);
    client.create().unwrap();
    assert_eq!(sent(&gateway), [SECONDARY, PRIMARY]);
    client.create().unwrap();
    assert_eq!(sent(&gateway), [PRIMARY]);
    assert!(!log.text().contains(PRIMARY) && !log.text().contains(SECONDARY));

    for path in ["/401-page", "/403", "/500-login-failed", "/404"] {
        config.set("base_url", &(gateway.base_url() + path));
        config.client().create().unwrap_err();
        assert_eq!(sent(&gateway), [PRIMARY], "{path} is no refusal of a key");
    }
}
