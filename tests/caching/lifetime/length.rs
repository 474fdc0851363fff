//! How long a token lives, and what a call gets when it has ended.

use std::time::{Instant, SystemTime};

use super::{ms, plain, sleep_until};
use crate::common::*;

/// Path, the lifetime that is told.
#[rustfmt::skip]
const LIFETIMES: &[(&str, i64)] = &[
    ("", 3600), ("/lifetime-2", 2), ("/lifetime-86400", 86400), ("/lifetime-86401", 86400),
    ("/lifetime-9999999999", 86400), ("/expires-in-huge", 86400), ("/expires-in-string", 3600),
    ("/lifetime-90000/expires-in-string", 86400), ("/expires-in-float", 3599),
];

#[test]
fn lifetimes_are_taken_as_numbers_or_digits_and_a_day_at_most() {
    let gateway = Gateway::start().unwrap();
    for (path, lifetime) in LIFETIMES {
        let client = plain(&gateway, path).client();
        let token = client.get().unwrap();
        assert_eq!(token.lifetime, *lifetime, "{path}");
        assert!((lifetime - 2..=*lifetime).contains(&token.expires_in));
        let unix = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let end = i64::try_from(unix.unwrap().as_secs()).unwrap() + lifetime;
        assert!((end - 2..=end + 1).contains(&token.expires_at), "{path}");
        let again = client.get().unwrap();
        assert_eq!(again.access_token, token.access_token, "{path}");
        assert_eq!(again.expires_at, token.expires_at, "{path}");
    }
    assert_eq!(gateway.request_count(), LIFETIMES.len() as u64);
}

#[test]
fn a_token_s_life_counts_from_the_start_of_its_request() {
    let gateway = Gateway::start().unwrap();
    let client = plain(&gateway, "/lifetime-3600/hold-2000").client();
    let token = client.get().unwrap();
    assert_eq!(token.lifetime, 3600);
    assert!((3596..=3598).contains(&token.expires_in));
}

#[test]
fn with_refresh_caller_a_call_that_must_not_block_asks_for_nothing() {
    let gateway = Gateway::start().unwrap();
    let config = plain(&gateway, "/lifetime-4");
    let client = config.set("refresh", "caller").client();
    let would_block = |outcome: Result<Token, Error>, when| {
        assert_eq!(outcome.unwrap_err().status, MOMO_WOULD_BLOCK, "{when}");
    };
    would_block(client.get_within(0), "cold");
    would_block(client.create_within(0), "cold");
    assert_eq!(gateway.request_count(), 0);
    let start = Instant::now();
    let token = client.get_within(-1).unwrap();
    // Stale after 2.8 to 3 s, expired after 3.8 s.
    for (time, phase) in [(0, "fresh"), (3100, "stale")] {
        sleep_until(start + ms(time));
        let at_hand = client.get_within(0).unwrap();
        assert_eq!(at_hand.access_token, token.access_token, "{phase}");
        would_block(client.create_within(0), phase);
    }
    sleep_until(start + ms(3850));
    would_block(client.get_within(0), "expired");
    assert_eq!(gateway.request_count(), 1);
    gateway.set_down(true);
    client.get().unwrap_err();
    let in_cooldown = client.get_within(0).unwrap_err();
    assert_eq!(in_cooldown.status, MOMO_SERVER_ERROR);
    assert!(in_cooldown.retry_after_ms > 0);
    would_block(client.create_within(0), "in_cooldown");
    assert_eq!(gateway.request_count(), 2);
    // -1 is the option, on both calls.
    let config = plain(&gateway, "/stall");
    gateway.set_down(false);
    let client = config.set("timeout", "300ms").client();
    for call in [Client::create_within, Client::get_within] {
        let start = Instant::now();
        assert_eq!(call(&client, -1).unwrap_err().status, MOMO_TIMED_OUT);
        assert!((ms(295)..ms(500)).contains(&start.elapsed()));
    }
}

#[test]
fn a_token_that_has_expired_on_its_way_is_handed_out_by_no_call() {
    let gateway = Gateway::start().unwrap();
    let config = plain(&gateway, "/delay-1200/lifetime-1");
    for call in [Client::create, Client::get] {
        let error = call(&config.client()).unwrap_err();
        assert_eq!(error.status, MOMO_INVALID_RESPONSE, "{}", error.message);
        assert!(
            error.message.contains("already expired"),
            "{}",
            error.message
        );
    }
}
