//! Who shares a token with whom.

use std::collections::HashSet;

use crate::common::*;
use crate::peer::{Peer, tunnelling};

/// Any credentials get a token there.
const ANY: &str = "/token-cut-at-99999-200";

fn process(gateway: &Gateway, behaviour: &str) -> Config {
    let config = Config::mock(gateway, behaviour);
    config.set("cache", "process");
    config
}

fn token_of(config: &Config) -> String {
    config.client().get().unwrap().access_token
}

#[test]
fn a_thousand_clients_one_after_the_other_are_one_request() {
    let gateway = Gateway::start().unwrap();
    let mut tokens = HashSet::new();
    for _ in 0..1000 {
        // As a PHP worker does: everything anew, everything freed.
        tokens.insert(token_of(&process(&gateway, "")));
    }
    assert_eq!(tokens.len(), 1);
    assert_eq!(gateway.request_count(), 1);
    assert_eq!(gateway.connection_count(), 1);
}

#[test]
fn a_thousand_clients_at_once_share_and_each_says_so_after_the_others_are_gone() {
    let gateway = Gateway::start().unwrap();
    let config = process(&gateway, "");
    let mut clients: Vec<_> = (0..1000).map(|_| config.client()).collect();
    let token = clients[0].get().unwrap().access_token;
    while let Some(client) = clients.pop() {
        assert_eq!(client.get().unwrap().access_token, token);
    }
    assert_eq!(gateway.request_count(), 1);
}

/// What makes another token: the option, and another value than the mock's own.
#[rustfmt::skip]
const PARTING: &[(&str, &str)] = &[
    ("api_user", "another-user"), ("api_key", "another-key"),
    ("subscription_key", "another-subscription-key"),
    ("secondary_subscription_key", "a-second-key"), ("product", "collection"),
    ("product", "remittance"), ("cache", "client"), ("cache", "none"),
];

#[test]
fn clients_that_would_trust_another_server_have_another_token() {
    let gateway = Gateway::start().unwrap();
    let ca = std::env::temp_dir().join(format!("libmomo-sharing-{}.pem", std::process::id()));
    std::fs::write(&ca, gateway.ca_pem()).unwrap();
    let tunnel = Peer::start(tunnelling);
    let proxy = tunnel.url("http");
    let with_user = proxy.replace("//", "//user@");
    let mut tokens = HashSet::from([token_of(&process(&gateway, ANY))]);
    let mut parts = |config: &Config, why: &str| {
        let new = tokens.insert(token_of(config));
        assert!(new, "{why}");
    };
    for (option, value) in PARTING {
        let config = process(&gateway, ANY);
        config.set(option, value);
        parts(&config, option);
    }
    for (option, value) in [
        ("ca", ca.to_str().unwrap()),
        ("proxy", &proxy),
        ("proxy", &with_user),
        (
            "base_url",
            &(gateway.base_url() + ANY + "/lifetime-3600" + ANY),
        ),
        ("base_url", &(gateway.base_url_ip() + ANY)),
        ("base_url", &(gateway.plain_base_url() + ANY)),
    ] {
        let config = process(&gateway, ANY);
        config.set(option, value);
        parts(&config, value);
    }
    // A value that moved from one field to the next is another, too.
    let split = |user, key| {
        let config = process(&gateway, ANY);
        config.set("api_user", user).set("api_key", key);
        config
    };
    parts(&split("ab", "c"), "split");
    parts(&split("a", "bc"), "split");
    // And what they were called with first is still there for each.
    assert!(!tokens.insert(token_of(&split("ab", "c"))));
    assert!(!tokens.insert(token_of(&process(&gateway, ANY))));
    std::fs::remove_file(ca).unwrap();
}

/// What changes how a client asks, not whom and for whom.
#[rustfmt::skip]
const SHARING: &[(&str, &str)] = &[
    ("timeout", "1s"), ("attempt_timeout", "2s"), ("connect_timeout", "3s"),
    ("max_attempts", "2"), ("refresh_margin", "1m"), ("user_agent", "shop/1.0"),
    ("cache", "process"), ("product", "disbursement"),
];

#[test]
fn clients_that_differ_in_patience_and_manners_share() {
    let gateway = Gateway::start().unwrap();
    let token = token_of(&process(&gateway, ""));
    for (option, value) in SHARING {
        let config = process(&gateway, "");
        config.set(option, value);
        assert_eq!(token_of(&config), token, "{option}");
    }
    let config = process(&gateway, "");
    config.log();
    assert_eq!(token_of(&config), token, "a logger");
    assert_eq!(gateway.request_count(), 1);
}

#[test]
fn a_key_from_a_file_is_the_same_key() {
    let gateway = Gateway::start().unwrap();
    let token = token_of(&process(&gateway, ""));
    let path = std::env::temp_dir().join(format!("libmomo-sharing-{}.key", std::process::id()));
    std::fs::write(&path, gateway.credentials().api_key + "\n").unwrap();
    let config = Config::new();
    let (base_url, credentials) = (gateway.base_url(), gateway.credentials());
    for (option, value) in [
        ("base_url", base_url.as_str()),
        ("api_user", &credentials.api_user),
        ("api_key_file", path.to_str().unwrap()),
        ("subscription_key", &credentials.subscription_keys[0]),
        ("ca", gateway.ca_path().to_str().unwrap()),
        ("proxy", "none"),
    ] {
        config.set(option, value);
    }
    assert_eq!(token_of(&config), token);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn spellings_of_one_base_url_share() {
    let gateway = Gateway::start().unwrap();
    let port = gateway.address().port();
    let own = format!("https://localhost:{port}/delay-1");
    let other = format!("HTTPS://LocalHost:{port}/delay-1/");
    let config = process(&gateway, "");
    let [first, second] = [&own, &other].map(|url| token_of(config.set("base_url", url)));
    assert_eq!(first, second);
    // A path's case is not the host's.
    for path in ["/a", "/A"] {
        let config = process(&gateway, &format!("/delay-1{path}"));
        let error = config.client().get().unwrap_err();
        assert_eq!(error.status, MOMO_UNEXPECTED_STATUS);
    }
    assert_eq!(gateway.request_count(), 3);
}

#[test]
fn equal_clients_share_the_cooldown_and_the_invalidated_tokens() {
    let gateway = Gateway::start().unwrap();
    let config = process(&gateway, "");
    let (one, other) = (config.client(), config.client());
    gateway.set_down(true);
    one.get().unwrap_err();
    let in_cooldown = other.get().unwrap_err();
    assert_eq!(in_cooldown.status, MOMO_SERVER_ERROR);
    assert!(in_cooldown.retry_after_ms > 0);
    assert_eq!(gateway.request_count(), 1);
    gateway.set_down(false);
    // One that both had, dropped by one, is neither's.
    let created = one.create().unwrap().access_token;
    assert_eq!(other.get().unwrap().access_token, created);
    one.invalidate(&created);
    let new = other.get().unwrap().access_token;
    assert_ne!(new, created);
    drop((one, other));
    assert_eq!(token_of(&config), new);
    assert_eq!(gateway.request_count(), 3);
}
