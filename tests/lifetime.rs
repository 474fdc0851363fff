//! Fresh, stale, expired: what a token's age does to a call.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "common/child.rs"]
mod child;
mod common;

use std::sync::Barrier;
use std::time::{Duration, Instant, SystemTime};

use child::wait_for;
use common::*;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn sleep_until(time: Instant) {
    std::thread::sleep(time.saturating_duration_since(Instant::now()));
}

/// Without handshakes: what is timed here are tokens.
fn plain(gateway: &Gateway, behaviour: &str) -> Config {
    let config = Config::mock(gateway, behaviour);
    config.set("base_url", &(gateway.plain_base_url() + behaviour));
    config
}

/// Sixteen threads over some six lifetimes. How many calls waited, without those for the first
/// token, and how many requests there were.
fn sixteen_threads(refresh: &str) -> (u64, u64) {
    const TIME: Duration = Duration::from_secs(18);
    /// Every request takes this long, so that who waited for one can be told.
    const DELAY: Duration = ms(200);
    let gateway = Gateway::builder().delay(DELAY).start().unwrap();
    let config = Config::mock(&gateway, "/lifetime-4");
    let client = config.set("refresh", refresh).client();
    let start = Instant::now();
    let run = || {
        let mut waits = Vec::new();
        let mut calls = 0_u32;
        while start.elapsed() < TIME {
            let begin = Instant::now();
            let token = client.get().unwrap();
            let end = Instant::now();
            let issued = gateway.issued();
            let record = issued.iter().find(|i| i.token == token.access_token);
            let record = record.unwrap();
            assert!(end < record.issued_at + record.lifetime, "{token:?}");
            assert_eq!(token.refresh_status, MOMO_OK as i32);
            calls += 1;
            if end - begin >= DELAY {
                waits.push(begin - start);
            }
            std::thread::sleep(ms(3));
        }
        (calls, waits)
    };
    let (calls, waits) = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(run)).collect();
        let all = threads.into_iter().map(|t| t.join().unwrap());
        all.fold((0, Vec::new()), |(calls, waits), (more, w)| {
            (calls + more, [waits, w].concat())
        })
    });
    let requests = gateway.request_count();
    println!("refresh={refresh}: {calls} calls, {requests} requests, waited at {waits:?}");
    // Stale at three quarters of a lifetime or a little before: each 2.8 to 3.0 s.
    assert!((6..=7).contains(&requests), "{requests}");
    let is_first = |begin: &&Duration| **begin < ms(1000);
    let first = waits.iter().filter(is_first).count();
    assert!(first <= 16);
    ((waits.len() - first) as u64, requests)
}

#[test]
fn in_the_background_a_lifetime_is_one_request_and_no_caller_waits() {
    let (waits, _) = sixteen_threads("background");
    assert_eq!(waits, 0);
}

#[test]
fn with_refresh_caller_a_lifetime_is_one_request_and_only_who_refreshes_waits() {
    let (waits, requests) = sixteen_threads("caller");
    assert_eq!(waits, requests - 1);
}

#[test]
fn an_outage_fails_calls_only_after_the_token_has_expired_and_until_the_cooldown_ends() {
    const MAX_PAUSE: Duration = Duration::from_secs(5);
    let gateway = Gateway::start().unwrap();
    let client = plain(&gateway, "/lifetime-8").client();
    let start = Instant::now();
    let token = client.get().unwrap();
    let at = || start.elapsed();
    let mut in_cooldown = 0;
    let mut was_down = false;
    while at() < ms(9500) {
        let (begin, asked) = (at(), gateway.request_count());
        if begin > ms(4000) && !was_down {
            gateway.set_down(true);
            was_down = true;
        }
        match client.get() {
            Ok(current) => {
                assert!(at() < ms(7700), "expired 0.4 s before its end");
                assert_eq!(current.access_token, token.access_token);
                // Stale 2.0 to 2.4 s before its end.
                if begin < ms(5500) {
                    assert_eq!(current.refresh_status, MOMO_OK as i32, "{begin:?}");
                } else if begin > ms(6200) {
                    assert_eq!(current.refresh_status, MOMO_SERVER_ERROR as i32);
                }
            }
            Err(error) => {
                assert!(begin > ms(7500), "{begin:?}: {}", error.message);
                assert_eq!((error.status, error.http_status), (MOMO_SERVER_ERROR, 503));
                if gateway.request_count() == asked {
                    in_cooldown += 1;
                    let left = ms(u64::try_from(error.retry_after_ms).unwrap());
                    assert!(left <= MAX_PAUSE);
                }
            }
        }
        std::thread::sleep(ms(5));
    }
    assert!(in_cooldown > 50, "{in_cooldown}");
    // Asked for once at first, then after pauses that double: 250 ms, less up to a half.
    let times: Vec<_> = gateway.requests().iter().skip(1).map(|r| r.time).collect();
    let gaps: Vec<_> = times.windows(2).map(|t| t[1] - t[0]).collect();
    println!("outage: asked after {gaps:?}, {in_cooldown} calls held back");
    assert!((4..=6).contains(&times.len()), "{gaps:?}");
    for (n, gap) in gaps.iter().enumerate() {
        assert!(*gap >= ms(125 << n).min(MAX_PAUSE / 2), "{gaps:?}");
    }
    // The gateway is back: still the pause, then a token.
    gateway.set_down(false);
    if let Err(error) = client.get() {
        assert!(error.retry_after_ms > 0);
        std::thread::sleep(ms(error.retry_after_ms.unsigned_abs() + 5));
    }
    let new = client.get().unwrap();
    assert_ne!(new.access_token, token.access_token);
    assert_eq!(new.refresh_status, MOMO_OK as i32);
    assert_eq!(client.get().unwrap().refresh_status, MOMO_OK as i32);
    assert_eq!(gateway.request_count(), times.len() as u64 + 2);
}

#[test]
fn refresh_margin_is_each_client_s_own_and_at_most_a_quarter_of_the_lifetime() {
    let gateway = Gateway::start().unwrap();
    let clients = ["10m", "1s", "0s"].map(|margin| {
        let config = plain(&gateway, "/lifetime-8");
        config.set("refresh", "caller");
        config.set("refresh_margin", margin).client()
    });
    let start = Instant::now();
    let mut tokens = clients.each_ref().map(|c| c.get().unwrap().access_token);
    // When each becomes stale: after 5.6 to 6 s, 6.8 to 7 s, never. All are expired after 7.6 s.
    for (time, refreshed) in [
        (5300, [false, false, false]),
        (6300, [true, false, false]),
        (7300, [false, true, false]),
        (7800, [false, false, true]),
    ] {
        sleep_until(start + ms(time));
        let now = clients.each_ref().map(|c| c.get().unwrap().access_token);
        let new = [0, 1, 2].map(|n| now[n] != tokens[n]);
        assert_eq!(new, refreshed, "after {time} ms");
        tokens = now;
    }
    assert_eq!(gateway.request_count(), 6);
}

#[test]
fn sixty_four_threads_on_a_stale_token_refresh_it_once() {
    let gateway = Gateway::start().unwrap();
    let clients: Vec<_> = (0..40)
        .map(|_| plain(&gateway, "/lifetime-8").client())
        .collect();
    let start = Instant::now();
    for client in &clients {
        client.get().unwrap();
    }
    assert!(start.elapsed() < ms(800));
    // Stale after 5.6 to 6 s, expired after 7.6 s.
    sleep_until(start + ms(6050) + start.elapsed());
    gateway.clear_requests();
    let barrier = Barrier::new(64);
    std::thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                for client in &clients {
                    barrier.wait();
                    // Before, while and after it is refreshed.
                    (0..10).for_each(|_| drop(client.get().unwrap()));
                }
            });
        }
    });
    // Each client's last request is under way when its callers have gone on.
    for client in &clients {
        wait_for("refresh", || client.get().unwrap().refresh_in > 4);
    }
    assert_eq!(gateway.request_count(), clients.len() as u64);
}

#[test]
fn a_refresh_that_expiry_cuts_short_fails_no_later_call() {
    let gateway = Gateway::start().unwrap();
    let config = plain(&gateway, "/lifetime-4");
    let client = config.set("refresh", "caller").client();
    let start = Instant::now();
    let old = client.get().unwrap();
    gateway.set_delay(ms(500));
    // Expired after 3.8 s: too little is left for a request.
    sleep_until(start + ms(3650));
    let token = client.get().unwrap();
    assert_eq!(token.access_token, old.access_token);
    assert_eq!(token.refresh_status, MOMO_TIMED_OUT as i32);
    sleep_until(start + ms(3810));
    let new = client.get().unwrap_or_else(|e| panic!("{}", e.message));
    assert_ne!(new.access_token, old.access_token);
    assert_eq!(new.refresh_status, MOMO_OK as i32);
}

#[test]
fn callers_in_a_hurry_refresh_in_vain_but_seldom_and_fail_nobody_with_more_time() {
    let gateway = Gateway::start().unwrap();
    let config = plain(&gateway, "/lifetime-4");
    let client = config.set("refresh", "caller").client();
    let start = Instant::now();
    client.get().unwrap();
    gateway.set_delay(ms(300));
    // Stale after 2.8 to 3 s, expired after 3.8 s.
    sleep_until(start + ms(3010));
    while start.elapsed() < ms(3750) {
        let token = client.get_within(1).unwrap();
        assert_eq!(token.refresh_status, MOMO_TIMED_OUT as i32);
        std::thread::sleep(ms(5));
    }
    // The first, then one after each pause of 125 to 250 ms: not longer with each, so that a caller
    // with more time finds its turn.
    let count = gateway.request_count();
    assert!((3..=8).contains(&count), "{count}");
    sleep_until(start + ms(3810));
    client.get().unwrap_or_else(|e| panic!("{}", e.message));
}

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
