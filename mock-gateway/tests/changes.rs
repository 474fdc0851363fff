//! What can be changed while it runs.
#![allow(clippy::unwrap_used)]

mod client;

use client::{gateway, post, request, send};
use momo_mock_gateway::Credentials;
use std::time::{Duration, Instant};

#[test]
fn settings_change_while_it_runs() {
    let gateway = gateway();
    let old = request(&gateway, "/disbursement/token/");
    gateway.set_credentials(Credentials {
        api_key: "new".to_owned(),
        subscription_keys: vec!["primary".to_owned(), "secondary".to_owned()],
        ..gateway.credentials()
    });
    assert_eq!(send(&gateway, &old).status, 401);
    let new = request(&gateway, "/disbursement/token/");
    for key in ["primary", "secondary"] {
        assert_eq!(send(&gateway, &new.replace("primary", key)).status, 200);
    }

    gateway.set_lifetime(Duration::ZERO);
    assert_eq!(post(&gateway, "").json()["expires_in"], 0);
    assert!(gateway.issued().last().unwrap().is_expired());

    gateway.set_delay(Duration::from_millis(150));
    let start = Instant::now();
    assert_eq!(post(&gateway, "").status, 200);
    assert!(start.elapsed() >= Duration::from_millis(150));

    gateway.set_down(true);
    assert_eq!(post(&gateway, "").status, 503);
    gateway.set_down(false);
    assert_eq!(post(&gateway, "").status, 200);
}

#[test]
fn a_behaviour_can_be_set_for_clients_that_keep_their_base_url() {
    let gateway = gateway();
    for (behaviour, path, status) in [
        ("/503", "", 503),
        ("/delay-1/429", "", 429),
        ("/no-token-type", "/403", 403),
        ("", "", 200),
    ] {
        gateway.set_behaviour(behaviour);
        assert_eq!(post(&gateway, path).status, status, "{behaviour}");
    }
    // The path as it was sent.
    assert_eq!(gateway.requests()[0].path, "/disbursement/token/");
}

#[test]
fn what_is_taken_is_given_once_and_counted_on() {
    let gateway = gateway();
    for count in 1..=2 {
        let token = post(&gateway, "").json()["access_token"].clone();
        let taken = gateway.take_issued();
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0].token, token);
        assert_eq!(gateway.take_requests().len(), 1);
        assert_eq!(gateway.request_count(), count);
    }
}
