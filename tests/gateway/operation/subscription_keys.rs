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
    let requests = gateway.requests();
    gateway.clear_requests();
    let key =
        |r: &momo_mock_gateway::Request| r.header("Ocp-Apim-Subscription-Key").unwrap().to_owned();
    requests.iter().map(key).collect()
}

fn pair(gateway: &Gateway) -> Config {
    let config = Config::mock(gateway, "");
    config.set("subscription_key", PRIMARY);
    config.set("secondary_subscription_key", SECONDARY);
    config
}

#[test]
fn a_rotated_key_costs_one_request_more_and_the_other_stays_in_use() {
    let gateway = Gateway::start().unwrap();
    accept(&gateway, &[PRIMARY, SECONDARY]);
    let config = pair(&gateway);
    let log = config.log();
    let client = config.client();
    client.create().unwrap();
    assert_eq!(sent(&gateway), [PRIMARY]);

    accept(&gateway, &[SECONDARY]);
    client.create().unwrap();
    assert_eq!(sent(&gateway), [PRIMARY, SECONDARY]);
    let warned = |(level, line): &(i32, String)| {
        *level == 2 && line.contains("the primary subscription key was refused")
    };
    assert_eq!(
        log.lines().iter().filter(|l| warned(l)).count(),
        1,
        "{}",
        log.text()
    );

    client.create().unwrap();
    assert_eq!(
        sent(&gateway),
        [SECONDARY],
        "stays with the key that worked"
    );

    // Rotated back: the primary is new, the secondary is refused.
    accept(&gateway, &[PRIMARY]);
    client.create().unwrap();
    assert_eq!(sent(&gateway), [SECONDARY, PRIMARY]);
    client.create().unwrap();
    assert_eq!(sent(&gateway), [PRIMARY]);
    assert!(!log.text().contains(PRIMARY) && !log.text().contains(SECONDARY));
}

#[test]
fn get_token_uses_the_other_key_too() {
    let gateway = Gateway::start().unwrap();
    accept(&gateway, &[SECONDARY]);
    let client = pair(&gateway).client();
    let token = client.get().unwrap();
    assert_eq!(sent(&gateway), [PRIMARY, SECONDARY]);
    client.invalidate(&token.access_token);
    client.get().unwrap();
    assert_eq!(sent(&gateway), [SECONDARY]);
}

#[test]
fn the_secondary_key_is_tried_only_where_the_primary_was_refused() {
    let gateway = Gateway::start().unwrap();
    for (path, status) in [
        ("/401-page", MOMO_UNAUTHORIZED),
        ("/403", MOMO_FORBIDDEN),
        ("/500-login-failed", MOMO_UNAUTHORIZED),
        ("/404", MOMO_UNEXPECTED_STATUS),
    ] {
        let config = pair(&gateway);
        config.set("base_url", &(gateway.base_url() + path));
        let e = config.client().create().unwrap_err();
        assert_eq!(e.status, status, "{path}: {e:?}");
        assert_eq!(sent(&gateway), [PRIMARY], "{path}");
    }
}
