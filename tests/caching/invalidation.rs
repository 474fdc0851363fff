//! Tokens that the gateway refuses elsewhere, and the pause after failures.

use std::collections::HashSet;
use std::sync::{Barrier, Mutex};
use std::time::{Duration, Instant};

use crate::child::wait_for;
use crate::common::*;
use momo_mock_gateway::Credentials;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn gap(gateway: &Gateway, n: usize) -> Duration {
    let requests = gateway.requests();
    requests[n + 1].time - requests[n].time
}

#[test]
fn a_hundred_threads_that_saw_the_same_401_cause_one_request() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "/delay-50").client();
    let old = client.get().unwrap().access_token;
    let barrier = Barrier::new(100);
    std::thread::scope(|scope| {
        for n in 0..100 {
            let (barrier, client, old, gateway) = (&barrier, &client, &old, &gateway);
            scope.spawn(move || {
                assert_eq!(client.get().unwrap().access_token, *old);
                barrier.wait();
                // Some are late, when there is a new one already.
                std::thread::sleep(ms(n));
                client.invalidate(old);
                let new = client.get().unwrap().access_token;
                assert_eq!(new, gateway.issued()[1].token);
            });
        }
    });
    assert_eq!(gateway.request_count(), 2);
}

#[test]
fn invalidating_a_token_that_is_not_current_does_nothing() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "").client();
    client.invalidate("none.yet");
    let old = client.get().unwrap().access_token;
    let new = client.create().unwrap().access_token;
    for text in [old.as_str(), "", "foreign", &new[..new.len() - 1]] {
        client.invalidate(text);
        assert_eq!(client.get().unwrap().access_token, new, "{text}");
    }
    assert_eq!(gateway.request_count(), 2);
    // Of equal clients each may do it; clients that share nothing cannot.
    let config = Config::mock(&gateway, "");
    let shared = [(); 2].map(|()| config.set("cache", "process").client());
    let token = shared[0].get().unwrap().access_token;
    client.invalidate(&token);
    assert_eq!(shared[0].get().unwrap().access_token, token);
    shared[1].invalidate(&token);
    assert_ne!(shared[0].get().unwrap().access_token, token);
}

#[test]
fn a_program_that_invalidates_every_token_buys_one_per_five_seconds() {
    const TIME: Duration = Duration::from_secs(12);
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "").client();
    let seen = Mutex::new(HashSet::new());
    let start = Instant::now();
    let run = || {
        let mut held_back = 0;
        while start.elapsed() < TIME {
            match client.get() {
                Ok(token) => {
                    seen.lock().unwrap().insert(token.access_token.clone());
                    client.invalidate(&token.access_token);
                }
                Err(error) => {
                    held_back += 1;
                    assert_eq!(error.status, MOMO_UNAUTHORIZED, "{}", error.message);
                    let left = error.retry_after_ms;
                    assert!((1..=5000).contains(&left), "{left}");
                }
            }
            std::thread::sleep(ms(2));
        }
        held_back
    };
    let held_back: u32 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(run)).collect();
        threads.into_iter().map(|t| t.join().unwrap()).sum()
    });
    // Its first, the one that is bought at once, and then one per 5 s.
    assert_eq!(gateway.request_count(), 4);
    assert_eq!(seen.lock().unwrap().len(), 4);
    assert!(gap(&gateway, 0) < ms(1000));
    for n in [1, 2] {
        assert!((ms(4800)..ms(5500)).contains(&gap(&gateway, n)));
    }
    assert!(held_back > 1000, "{held_back}");
}

fn response(token: &str) -> String {
    let body = format!(r#"{{"access_token":"{token}","expires_in":3600}}"#);
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
}

#[test]
fn a_refused_token_that_comes_back_is_not_served() {
    let gateway = Gateway::start().unwrap();
    gateway.set_raw(response("one"));
    let client = Config::mock(&gateway, "/raw").client();
    assert_eq!(client.get().unwrap().access_token, "one");
    let start = Instant::now();
    client.invalidate("one");
    for _ in 0..20 {
        let error = client.get().unwrap_err();
        assert_eq!(error.status, MOMO_UNAUTHORIZED);
        assert_eq!(error.body, "");
    }
    assert_eq!(gateway.request_count(), 2);
    let left = client.get().unwrap_err().retry_after_ms;
    assert!((4000..=5000).contains(&left), "{left}");
    // When the time is over it is asked for again, and whatever else comes is served.
    gateway.set_raw(response("two"));
    std::thread::sleep(ms(left.unsigned_abs() + 5));
    assert!(start.elapsed() >= ms(4999));
    assert_eq!(client.get().unwrap().access_token, "two");
    assert_eq!(gateway.request_count(), 3);
}

#[test]
fn an_invalidated_text_is_not_handed_out_by_momo_create_token_nor_without_a_cache() {
    for cache in ["process", "client", "none"] {
        let gateway = Gateway::start().unwrap();
        gateway.set_raw(response("one"));
        let client = Config::mock(&gateway, "/raw").set("cache", cache).client();
        assert_eq!(client.create().unwrap().access_token, "one");
        client.invalidate("one");
        for call in [Client::create, Client::get] {
            let error = call(&client).unwrap_err();
            assert_eq!(error.status, MOMO_UNAUTHORIZED, "{cache}");
            assert!(error.message.contains("invalidated"), "{}", error.message);
            assert!(
                error.retry_after_ms > 0,
                "{cache}: {}",
                error.retry_after_ms
            );
        }
        gateway.set_raw(response("two"));
        assert_eq!(client.create().unwrap().access_token, "two", "{cache}");
    }
}

#[test]
fn a_stale_token_that_is_refused_is_no_fallback_while_the_gateway_is_down() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "/lifetime-8").client();
    let token = client.get().unwrap().access_token;
    // Stale after 5.6 to 6 s, expired after 7.6 s.
    std::thread::sleep(ms(6100));
    gateway.set_down(true);
    wait_for("failed refresh", || {
        let stale = client.get().unwrap();
        assert_eq!(stale.access_token, token);
        stale.refresh_status == MOMO_SERVER_ERROR as i32
    });
    client.invalidate(&token);
    for _ in 0..50 {
        let error = client.get().unwrap_err();
        assert_eq!(error.status, MOMO_SERVER_ERROR, "{}", error.message);
        std::thread::sleep(ms(5));
    }
}

#[test]
fn a_thousand_calls_with_a_wrong_key_are_one_request() {
    let gateway = Gateway::start().unwrap();
    for (option, status) in [
        ("api_key", MOMO_UNAUTHORIZED),
        ("subscription_key", MOMO_SUBSCRIPTION_KEY_REFUSED),
    ] {
        gateway.reset();
        let config = Config::mock(&gateway, "");
        let client = config.set(option, "0000-wrong-0000").client();
        let mut last = 5001;
        for n in 0..1000 {
            let error = client.get().unwrap_err();
            assert_eq!(error.status, status, "{}", error.message);
            if n > 0 {
                assert!((1..=last).contains(&error.retry_after_ms));
                last = error.retry_after_ms;
            }
            std::thread::sleep(ms(1));
        }
        assert!(last < 4000, "{last}");
        assert_eq!(gateway.request_count(), 1);
    }
}

#[test]
fn a_cooldown_does_not_stop_momo_create_token_whose_success_ends_it() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "").client();
    let right = gateway.credentials();
    gateway.set_credentials(Credentials {
        api_key: "another".to_owned(),
        ..right.clone()
    });
    let fails = |outcome: Result<Token, Error>| {
        let error = outcome.unwrap_err();
        assert_eq!(error.status, MOMO_UNAUTHORIZED, "{}", error.message);
        error.retry_after_ms
    };
    fails(client.get());
    // Each one asks, and its failure leaves the pause as it is.
    for _ in 0..3 {
        let before = fails(client.get());
        fails(client.create());
        assert!((1..=before).contains(&fails(client.get())));
    }
    assert_eq!(gateway.request_count(), 4);
    gateway.set_credentials(right);
    fails(client.get());
    let created = client.create().unwrap();
    let got = client.get().unwrap();
    assert_eq!(got.access_token, created.access_token);
    assert_eq!(got.refresh_status, MOMO_OK as i32);
    assert_eq!(gateway.request_count(), 5);
}

/// Path, the range of the pause after the first failure.
#[rustfmt::skip]
const PAUSES: &[(&str, i64, i64)] = &[
    ("/429-retry-after-2", 1000, 2000), ("/429-retry-after-60", 59_000, 60_000),
    ("/429-retry-after-7200", 59_000, 60_000), ("/429", 4000, 5000), ("/403-quota", 59_000, 60_000),
    ("/503-retry-after-3", 2000, 3000), ("/503", 1, 250), ("/500", 1, 250), ("/502", 1, 250),
    ("/500-login-failed", 4000, 5000), ("/401-azure", 4000, 5000), ("/403", 4000, 5000),
    ("/reset", 1, 250), ("/not-json", 1, 250), ("/302", 1, 250), ("/no-token", 1, 250),
];

#[test]
fn a_cooldown_is_as_long_as_its_failure_says() {
    let gateway = Gateway::start().unwrap();
    for (path, least, most) in PAUSES {
        gateway.clear_requests();
        let client = Config::mock(&gateway, path).client();
        let failure = client.get().unwrap_err();
        let in_cooldown = client.get().unwrap_err();
        assert_eq!(in_cooldown.status, failure.status, "{path}");
        assert_eq!(in_cooldown.http_status, failure.http_status, "{path}");
        assert_eq!(
            (&in_cooldown.code, &in_cooldown.body),
            (&failure.code, &failure.body)
        );
        let left = in_cooldown.retry_after_ms;
        assert!((*least..=*most).contains(&left), "{path}: {left}");
        assert_eq!(gateway.request_count(), 1, "{path}");
    }
}

#[test]
fn a_retry_after_of_a_429_is_the_cooldown_and_ends() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "/429-retry-after-2").client();
    let start = Instant::now();
    while start.elapsed() < ms(3000) {
        let error = client.get().unwrap_err();
        assert_eq!(error.status, MOMO_RATE_LIMITED, "{}", error.message);
        std::thread::sleep(ms(10));
    }
    assert_eq!(gateway.request_count(), 2);
    assert!((ms(1950)..ms(2500)).contains(&gap(&gateway, 0)));
}
