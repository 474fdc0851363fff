//! Requests on a thread of the library: who starts one, what it does to callers, how it ends.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::child::{Scratch, again, case, threads_named, var, wait_for};
use crate::common::*;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Stale after 2.8 to 3 s, expired after 3.8 s.
const SHORT: &str = "/lifetime-4";
const STALE: Duration = ms(3050);

fn plain(gateway: &Gateway, behaviour: &str) -> Config {
    let config = Config::mock(gateway, behaviour);
    config.set("base_url", &(gateway.plain_base_url() + behaviour));
    config
}

fn would_block(outcome: Result<Token, Error>) {
    assert_eq!(outcome.unwrap_err().status, MOMO_WOULD_BLOCK);
}

#[test]
fn without_blocking_a_first_token_is_asked_for_once_and_comes() {
    let gateway = Gateway::builder().delay(ms(300)).start().unwrap();
    let client = Config::mock(&gateway, "").client();
    let start = Instant::now();
    for _ in 0..20 {
        would_block(client.get_within(0));
    }
    assert!(start.elapsed() < ms(250), "{:?}", start.elapsed());
    wait_for("token", || client.get_within(0).is_ok());
    assert_eq!(gateway.request_count(), 1);
}

#[test]
fn a_call_with_time_waits_for_a_request_in_the_background() {
    let gateway = Gateway::builder().delay(ms(300)).start().unwrap();
    let client = Config::mock(&gateway, "").client();
    would_block(client.get_within(0));
    assert_eq!(client.get_within(50).unwrap_err().status, MOMO_TIMED_OUT);
    client.get().unwrap();
    assert_eq!(gateway.request_count(), 1);
}

#[test]
fn a_request_in_the_background_that_fails_is_told_by_the_next_call() {
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "/503");
    let log = config.log();
    let client = config.client();
    would_block(client.get_within(0));
    let mut failure = None;
    wait_for("failure", || {
        let error = client.get_within(0).unwrap_err();
        failure = (error.status != MOMO_WOULD_BLOCK).then_some(error);
        failure.is_some()
    });
    let failure = failure.unwrap();
    assert_eq!(failure.status, MOMO_SERVER_ERROR);
    assert!(failure.retry_after_ms > 0);
    wait_for("line of the log", || {
        client.get_within(0).unwrap_err();
        log.text().contains("HTTP 503")
    });
    assert_eq!(gateway.request_count(), 1);
}

#[test]
fn a_stale_token_is_handed_out_at_once_whatever_the_gateway_does() {
    // From 6 s on it is stale, and after 7.6 s none: a slow machine has time for a request in between.
    for (behaviour, status) in [("slow", MOMO_OK), ("silent", MOMO_TIMED_OUT)] {
        let gateway = Gateway::start().unwrap();
        let client = plain(&gateway, "/lifetime-8").client();
        let first = client.get().unwrap();
        assert_eq!(first.refresh_in, 6, "{behaviour}");
        gateway.set_delay(if status == MOMO_OK { ms(300) } else { ms(5000) });
        std::thread::sleep(ms(6050));
        let start = Instant::now();
        for _ in 0..100 {
            let token = client.get().unwrap();
            assert_eq!(token.access_token, first.access_token, "{behaviour}");
            assert_eq!(token.refresh_in, 0, "{behaviour}");
            assert_eq!(token.refresh_status, MOMO_OK as i32, "{behaviour}");
        }
        assert!(start.elapsed() < ms(250), "{:?}", start.elapsed());
        // The silent gateway's refresh is ended well before the token's end.
        wait_for("end of the refresh", || {
            let token = client.get_within(0).unwrap();
            token.refresh_status == status as i32
                && (token.access_token != first.access_token) == (status == MOMO_OK)
        });
        let token = client.get_within(0).unwrap();
        let is_new = token.access_token != first.access_token;
        assert_eq!(is_new, status == MOMO_OK, "{behaviour}");
        assert_eq!(token.refresh_status, status as i32, "{behaviour}");
        assert_eq!(gateway.request_count(), 2, "{behaviour}");
    }
}

#[test]
fn what_a_background_request_has_to_say_is_logged_by_the_next_call_on_its_thread() {
    let gateway = Gateway::start().unwrap();
    let config = plain(&gateway, SHORT);
    config.set("cache", "process");
    let quiet = config.client();
    let log = config.log();
    let client = config.client();
    client.get().unwrap();
    let before = log.lines().len();
    gateway.set_down(true);
    std::thread::sleep(STALE);
    // Started by a client without a logger, told to its equal's.
    quiet.get().unwrap();
    wait_for("request", || gateway.request_count() == 2);
    // The thread has written its lines when it has ended.
    wait_for("end", || threads_named("momo-request").is_empty());
    quiet.get().unwrap();
    assert_eq!(log.lines().len(), before);
    client.get().unwrap();
    let lines = log.lines().split_off(before);
    let has = |words: &str| lines.iter().any(|(_, line)| line.contains(words));
    assert!(has("attempt 1 of 1"), "{lines:?}");
    assert!(has("the refresh failed"), "{lines:?}");
    client.get().unwrap();
    assert_eq!(log.lines().len(), before + lines.len(), "told once");
}

#[test]
fn a_refresh_outlives_the_client_that_began_it_and_serves_its_equal() {
    let gateway = Gateway::start().unwrap();
    let config = plain(&gateway, SHORT);
    config.set("cache", "process");
    let first = config.client().get().unwrap();
    std::thread::sleep(STALE);
    gateway.set_delay(ms(200));
    let start = Instant::now();
    let stale = config.client().get().unwrap();
    assert!(start.elapsed() < ms(150), "{:?}", start.elapsed());
    assert_eq!(stale.access_token, first.access_token);
    std::thread::sleep(ms(400));
    let new = config.client().get_within(0).unwrap();
    assert_ne!(new.access_token, first.access_token);
    assert_eq!(gateway.request_count(), 2);
}

#[test]
fn cancelling_a_client_ends_its_request_in_the_background() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "/stall").client();
    would_block(client.get_within(0));
    wait_for("request", || gateway.request_count() == 1);
    client.cancel();
    let start = Instant::now();
    wait_for("end", || gateway.open_connections() == 0);
    assert!(start.elapsed() < ms(1000), "{:?}", start.elapsed());
}

#[test]
fn refresh_in_is_minus_one_where_nothing_will_be_refreshed() {
    let gateway = Gateway::start().unwrap();
    let get = |behaviour: &str, cache| {
        let config = Config::mock(&gateway, behaviour);
        config.set("cache", cache).client().get().unwrap()
    };
    assert_eq!(get("", "none").refresh_in, -1);
    assert_eq!(get("/expires-in-missing", "client").refresh_in, -1);
    let token = get("", "client");
    // Ten minutes before the end, and up to a fifth of that earlier.
    assert!((2880..=3000).contains(&token.refresh_in), "{token:?}");
}

/// Where they all start at once, say, they do not all ask at the same moment.
#[test]
fn processes_refresh_at_times_of_their_own() {
    const NAME: &str = "processes_refresh_at_times_of_their_own";
    if case().is_some() {
        let gateway = Gateway::start().unwrap();
        let config = plain(&gateway, "/lifetime-86400");
        let token = config.set("refresh_margin", "5h").client().get().unwrap();
        std::fs::write(var("REPORT"), token.refresh_in.to_string()).unwrap();
        return;
    }
    let scratch = Scratch::new();
    let times: BTreeSet<i64> = (0..5)
        .map(|n| {
            let report = scratch.path(&n.to_string());
            again(NAME, "a process").env("REPORT", &report).run();
            std::fs::read_to_string(&report).unwrap().parse().unwrap()
        })
        .collect();
    // Five hours before the end, and up to a fifth of that earlier.
    assert!(times.iter().all(|time| (64_800..=68_400).contains(time)));
    assert!(times.len() > 1, "{times:?}");
}
