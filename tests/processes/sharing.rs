//! Who shares a token with whom.

use std::collections::HashSet;

use crate::child::Scratch;
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
    config.client().token()
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
fn clients_that_would_ask_another_or_for_another_have_another_token() {
    let (gateway, scratch) = (Gateway::start().unwrap(), Scratch::new());
    let ca = scratch.write("ca.pem", gateway.ca_pem());
    let tunnel = Peer::start(tunnelling);
    let proxy = tunnel.url("http");
    let path = gateway.base_url() + ANY + "/lifetime-3600" + ANY;
    let config = |options: &[(&str, &str)]| {
        let config = process(&gateway, ANY);
        config.set_all(options);
        config
    };
    let mut tokens = HashSet::from([token_of(&config(&[]))]);
    let mut parts = |options: &[(&str, &str)]| {
        let is_new = tokens.insert(token_of(&config(options)));
        assert!(is_new, "{options:?}");
    };
    for option in [
        ("api_user", "another-user"),
        ("api_key", "another-key"),
        ("subscription_key", "another-subscription-key"),
        ("secondary_subscription_key", "a-second-key"),
        ("product", "collection"),
        ("product", "remittance"),
        ("cache", "client"),
        ("cache", "none"),
        ("ca", ca.to_str().unwrap()),
        ("proxy", &proxy),
        ("proxy", &proxy.replace("//", "//user@")),
        ("base_url", &path),
        ("base_url", &(gateway.base_url_ip() + ANY)),
        ("base_url", &(gateway.plain_base_url() + ANY)),
    ] {
        parts(&[option]);
    }
    // A value that moved from one field to the next is another, too.
    parts(&[("api_user", "ab"), ("api_key", "c")]);
    parts(&[("api_user", "a"), ("api_key", "bc")]);
    // And what they were called with first is still there for each.
    let split = config(&[("api_user", "ab"), ("api_key", "c")]);
    assert!(!tokens.insert(token_of(&split)));
    assert!(!tokens.insert(token_of(&config(&[]))));
}

/// What changes how a client asks, not whom and for whom.
#[rustfmt::skip]
const SHARING: &[(&str, &str)] = &[
    ("timeout", "1s"), ("attempt_timeout", "2s"), ("connect_timeout", "3s"),
    ("max_attempts", "2"), ("refresh_margin", "1m"), ("user_agent", "shop/1.0"),
    ("cache", "process"), ("product", "disbursement"),
];

#[test]
fn clients_that_differ_in_patience_manners_and_spelling_share() {
    let gateway = Gateway::start().unwrap();
    let token = token_of(&process(&gateway, ""));
    let spelled = gateway.base_url().replace("https://local", "HTTPS://Local") + "/";
    for (option, value) in SHARING.iter().chain(&[("base_url", &*spelled)]) {
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
fn equal_clients_share_the_cooldown_and_the_invalidated_tokens() {
    let gateway = Gateway::start().unwrap();
    let config = process(&gateway, "");
    let (one, other) = (config.client(), config.client());
    gateway.set_down(true);
    one.get().unwrap_err();
    let in_cooldown = fails(other.get(), MOMO_SERVER_ERROR, &[]);
    assert!(in_cooldown.retry_after_ms > 0);
    assert_eq!(gateway.request_count(), 1);
    gateway.set_down(false);
    // One that both had, dropped by one, is neither's.
    let created = one.create().unwrap().access_token;
    assert_eq!(other.token(), created);
    one.invalidate(&created);
    let counted = [one.stats(), other.stats()].map(|stats| (stats.requests, stats.invalidations));
    assert_eq!(counted, [(2, 1); 2]);
    let new = other.token();
    assert_ne!(new, created);
    drop((one, other));
    assert_eq!(token_of(&config), new);
    assert_eq!(gateway.request_count(), 3);
}
