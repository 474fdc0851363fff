//! What can be changed while it runs.
#![allow(clippy::unwrap_used)]

mod client;

use client::{gateway, post};
use std::time::Duration;

#[test]
fn a_lifetime_is_that_of_the_tokens_from_then_on() {
    let gateway = gateway();
    gateway.set_lifetime(Duration::ZERO);
    assert_eq!(post(&gateway, "").json()["expires_in"], 0);
    assert!(gateway.issued().last().unwrap().is_expired());
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
