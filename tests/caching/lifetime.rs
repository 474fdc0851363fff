//! Fresh, stale, expired: what a token's age does to a call.

mod length;
mod useless;

use std::sync::Barrier;
use std::time::{Duration, Instant};

use crate::child::wait_for;
use crate::common::*;

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
    let old: Vec<_> = clients.iter().map(|client| client.get().unwrap()).collect();
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
    for (client, old) in clients.iter().zip(&old) {
        let is_new = || client.get().unwrap().access_token != old.access_token;
        wait_for("refresh", is_new);
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
    // Not all of them get as far as the gateway within their millisecond.
    let count = client.stats().failed_refreshes;
    assert!((2..=7).contains(&count), "{count}");
    assert!(gateway.request_count() <= 8);
    sleep_until(start + ms(3810));
    client.get().unwrap_or_else(|e| panic!("{}", e.message));
}
