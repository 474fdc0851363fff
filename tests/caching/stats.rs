//! The counters of momo_get_stats, next to what the gateway counted.

use crate::child::wait_for;
use crate::common::*;
use crate::peer::{thread_id, waits};

fn unix_seconds() -> i64 {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    i64::try_from(now).unwrap()
}

#[test]
fn a_new_client_has_counted_nothing() {
    let gateway = Gateway::start().unwrap();
    let stats = Config::mock(&gateway, "").client().stats();
    assert_eq!((stats.requests, stats.tokens_issued), (0, 0));
    assert_eq!((stats.last_request_ms, stats.last_failure_status), (-1, 0));
    assert_eq!((stats.token_expires_in, stats.cooldown_ms), (0, 0));
}

#[test]
fn a_token_is_one_request_however_often_it_is_handed_out() {
    let gateway = Gateway::start().unwrap();
    gateway.set_delay(ms(50));
    let client = Config::mock(&gateway, "").client();
    for _ in 0..100 {
        client.get().unwrap();
    }
    let stats = client.stats();
    assert_eq!((stats.requests, stats.tokens_issued), (1, 1));
    assert!(stats.last_request_ms >= 50);
    assert!((3500..=3600).contains(&stats.token_expires_in));
    assert_eq!(stats.waits, 1);
}

#[test]
fn each_failure_is_counted_in_its_group_and_the_last_is_named() {
    let gateway = Gateway::start().unwrap();
    for (path, status, group) in [
        ("/reset", MOMO_CONNECTION_LOST, 0),
        ("/500-login-failed", MOMO_UNAUTHORIZED, 1),
        ("/429", MOMO_RATE_LIMITED, 2),
        ("/503", MOMO_SERVER_ERROR, 3),
        ("/404", MOMO_UNEXPECTED_STATUS, 4),
    ] {
        let client = Config::mock(&gateway, path).client();
        assert_eq!(client.get().unwrap_err().status, status, "{path}");
        let stats = client.stats();
        let mut expected = [0; 5];
        expected[group] = 1;
        let failures = [
            stats.network_failures,
            stats.credential_failures,
            stats.rate_limit_failures,
            stats.server_failures,
            stats.response_failures,
        ];
        assert_eq!(failures, expected, "{path}");
        assert_eq!((stats.requests, stats.tokens_issued), (1, 0), "{path}");
        assert_eq!(stats.last_failure_status, status as i64, "{path}");
        assert!((unix_seconds() - 60..=unix_seconds()).contains(&stats.last_failure_at));
    }
}

#[test]
fn each_retry_is_a_request_of_its_own() {
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "/503-times-2");
    let client = config.set("max_attempts", "3").client();
    client.get().unwrap();
    let stats = client.stats();
    assert_eq!(gateway.request_count(), 3);
    assert_eq!((stats.requests, stats.retries), (3, 2));
    assert_eq!((stats.server_failures, stats.tokens_issued), (2, 1));
}

#[test]
fn a_wait_that_timed_out_or_was_cancelled_counts_as_well() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "/stall").client();
    assert_eq!(client.get_within(1000).unwrap_err().status, MOMO_TIMED_OUT);
    assert_eq!(client.stats().waits, 1);
    let clone = client.cloned();
    std::thread::scope(|scope| {
        let (tell, told) = std::sync::mpsc::channel();
        let waiting = &clone;
        let waiter = scope.spawn(move || {
            tell.send(thread_id()).unwrap();
            waiting.get().unwrap_err()
        });
        let thread = told.recv().unwrap();
        wait_for("waiter", || waits(thread));
        clone.cancel();
        assert_eq!(waiter.join().unwrap().status, MOMO_CANCELLED);
    });
    let stats = client.stats();
    assert_eq!(stats.waits, 2);
    assert!(stats.longest_wait_ms > 0);
    // What never blocks never waits.
    client.get_within(0).unwrap_err();
    assert_eq!(client.stats().waits, 2);
}

#[test]
fn equal_clients_share_their_counters_and_invalidations_are_counted() {
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "");
    config.set("cache", "process");
    let (one, other) = (config.client(), config.client());
    let token = one.get().unwrap();
    other.invalidate(&token.access_token);
    let stats = one.stats();
    assert_eq!((stats.requests, stats.invalidations), (1, 1));
    assert_eq!(stats.token_expires_in, 0);
}

#[test]
fn what_is_cancelled_is_a_request_and_no_failure() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "/stall").client();
    std::thread::scope(|scope| {
        scope.spawn(|| client.create().unwrap_err());
        wait_for("request", || gateway.request_count() == 1);
        client.cancel();
    });
    let stats = client.stats();
    assert_eq!((stats.requests, stats.network_failures), (1, 0));
    assert_eq!(stats.last_failure_status, 0);
}
