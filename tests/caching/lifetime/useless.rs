//! Tokens that take no call further: without a lifetime, repeated, or old when they arrive.

use std::time::Instant;

use super::{ms, plain, sleep_until};
use crate::common::*;

/// Calls until then, a few ms apart; what they were given.
fn call_until(client: &Client, end: Instant) -> Vec<Result<Token, Error>> {
    let mut outcomes = Vec::new();
    while Instant::now() < end {
        outcomes.push(client.get());
        std::thread::sleep(ms(5));
    }
    outcomes
}

#[test]
fn a_refresh_without_a_lifetime_begins_cooldowns_that_grow() {
    let gateway = Gateway::start().unwrap();
    let client = plain(&gateway, "/lifetime-8").client();
    let start = Instant::now();
    let token = client.get().unwrap();
    gateway.set_behaviour("/expires-in-missing");
    // Stale after 5.6 to 6 s, expired after 7.6 s.
    sleep_until(start + ms(5500));
    for outcome in call_until(&client, start + ms(7500)) {
        assert_eq!(outcome.unwrap().access_token, token.access_token);
    }
    assert_eq!(
        client.get().unwrap().refresh_status,
        MOMO_INVALID_RESPONSE as i32
    );
    // At once, and after 250 ms, 500 ms and 1 s, less up to a half.
    let refreshes = gateway.request_count() - 1;
    assert!((3..=5).contains(&refreshes), "{refreshes}");
}

#[test]
fn a_gateway_that_repeats_a_token_until_its_end_is_asked_seldom() {
    let gateway = Gateway::start().unwrap();
    let client = plain(&gateway, "/raw").client();
    let start = Instant::now();
    let end = start + ms(6000);
    let say = |text: &str, seconds: u64| {
        let body = format!(r#"{{"access_token":"{text}","expires_in":{seconds}}}"#);
        let length = body.len();
        gateway.set_raw(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}"
        ));
    };
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        say("same", 6);
        scope.spawn(|| {
            while !is_over.load(std::sync::atomic::Ordering::SeqCst) {
                match end.saturating_duration_since(Instant::now()) {
                    left if left.is_zero() => say("next", 3600),
                    left => say("same", left.as_secs()),
                }
                std::thread::sleep(ms(2));
            }
        });
        let outcomes = call_until(&client, end + ms(2100));
        is_over.store(true, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(
            outcomes.last().unwrap().as_ref().unwrap().access_token,
            "next"
        );
        for token in outcomes.iter().flatten() {
            assert!(token.expires_in > 0, "{token:?}");
        }
        for error in outcomes.into_iter().filter_map(Result::err) {
            assert_eq!(error.status, MOMO_INVALID_RESPONSE, "{error:?}");
            assert!(error.message.contains("without a lifetime"), "{error:?}");
            assert!(error.retry_after_ms <= 2000, "{error:?}");
        }
    });
    let requests = gateway.request_count();
    println!("{requests} requests in 8 s");
    assert!(requests <= 14, "{requests}");
}

#[test]
fn responses_that_a_cache_has_kept_cause_few_requests() {
    let gateway = Gateway::start().unwrap();
    // A tenth of the lifetime is left: it is stale at once.
    let client = plain(&gateway, "/age-3240").client();
    let token = client.get().unwrap();
    assert_eq!(token.lifetime, 3600);
    assert!((359..=360).contains(&token.expires_in), "{token:?}");
    for outcome in call_until(&client, Instant::now() + ms(1500)) {
        outcome.unwrap();
    }
    assert!(gateway.request_count() <= 2, "{}", gateway.request_count());
    let status = client.get().unwrap().refresh_status;
    assert_eq!(status, MOMO_INVALID_RESPONSE as i32);
    // As good as expired, and more than that.
    for age in ["/age-3595", "/age-3600", "/age-99999999999"] {
        let client = plain(&gateway, age).client();
        let error = client.get().unwrap_err();
        assert_eq!(error.status, MOMO_INVALID_RESPONSE, "{}", error.message);
        assert!(
            error.message.contains("already expired"),
            "{}",
            error.message
        );
        let asked = gateway.request_count();
        assert!(client.get().unwrap_err().retry_after_ms > 0);
        assert_eq!(gateway.request_count(), asked);
    }
}
