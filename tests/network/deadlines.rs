//! Calls end on time, whatever they wait for; cancelled ones end at once; signals change nothing.

mod phases;
mod signals;

use std::time::{Duration, Instant};

use crate::child::{again, case, var, wait_for};
use crate::common::*;
use crate::peer::{BlackHole, Peer, descriptors, one_at_a_time, silent, sleeps, thread_id, waits};
use phases::{PHASES, Stage, configured};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

type Call = fn(&Client) -> Result<Token, Error>;

/// A failure that comes at this time, and hardly later.
fn timed(call: impl FnOnce() -> Result<Token, Error>, expected: Duration) -> Error {
    timed_between(call, expected, expected)
}

fn timed_between(
    call: impl FnOnce() -> Result<Token, Error>,
    first: Duration,
    last: Duration,
) -> Error {
    let start = Instant::now();
    let outcome = call();
    let spent = start.elapsed();
    let error = outcome.unwrap_err();
    let allowed = first.saturating_sub(ms(5))..last + ms(200);
    assert!(allowed.contains(&spent), "{spent:?}: {}", error.message);
    error
}

/// The servers are the parent's, so that what is left behind here is the library's.
#[test]
fn a_call_of_one_second_ends_after_one_second_in_every_phase_and_leaves_nothing_behind() {
    const NAME: &str =
        "a_call_of_one_second_ends_after_one_second_in_every_phase_and_leaves_nothing_behind";
    let Some(case) = case() else {
        let _turn = one_at_a_time();
        for phase in PHASES {
            let stage = (phase.start)();
            again(NAME, phase.name).env("OPTIONS", stage.passed()).run();
        }
        return;
    };
    let phase = PHASES.iter().find(|p| p.name == case).unwrap();
    let config = configured(&var("OPTIONS"));
    config.set("timeout", "1s");
    let clients = [config.client(), config.client()];
    let before = (threads(), descriptors());
    std::thread::scope(|scope| {
        let calls: [Call; 2] = [Client::create, Client::get];
        for (call, client) in calls.into_iter().zip(&clients) {
            scope.spawn(move || {
                let error = timed(|| call(client), ms(1000));
                assert_eq!(error.status, MOMO_TIMED_OUT, "{}", error.message);
                assert!(error.message.contains(phase.words), "{}", error.message);
            });
        }
    });
    wait_for("end of every thread and descriptor", || {
        (threads(), descriptors()) == before
    });
}

/// Path, options, `timeout_ms`, status, milliseconds.
type Bound = (
    &'static str,
    &'static [(&'static str, &'static str)],
    i64,
    momo_status,
    u64,
);
#[rustfmt::skip]
const BOUNDS: &[Bound] = &[
    ("/stall", &[("timeout", "300ms")], -1, MOMO_TIMED_OUT, 300),
    ("/stall", &[("timeout", "300ms")], 600, MOMO_TIMED_OUT, 600),
    ("/stall", &[], 300, MOMO_TIMED_OUT, 300),
    ("/stall", &[], 1, MOMO_TIMED_OUT, 1),
    ("/stall", &[("attempt_timeout", "300ms"), ("max_attempts", "1")], -1, MOMO_TIMED_OUT, 300),
    ("/stall", &[], 0, MOMO_WOULD_BLOCK, 0),
    ("/drip", &[("attempt_timeout", "300ms"), ("max_attempts", "1")], -1, MOMO_TIMED_OUT, 300),
    ("silent", &[("connect_timeout", "300ms"), ("max_attempts", "1")], -1, MOMO_TIMED_OUT, 300),
    ("silent", &[("attempt_timeout", "300ms"), ("max_attempts", "1")], -1, MOMO_TIMED_OUT, 300),
    ("silent", &[("connect_timeout", "1h"), ("attempt_timeout", "1h")], 300, MOMO_TIMED_OUT, 300),
    ("hole", &[("connect_timeout", "300ms"), ("max_attempts", "1")], -1, MOMO_TIMED_OUT, 300),
    ("hole", &[("attempt_timeout", "300ms"), ("max_attempts", "1")], -1, MOMO_TIMED_OUT, 300),
    // What was answered before says more than the time-out of a later attempt.
    ("/503-times-1/stall", &[], 800, MOMO_SERVER_ERROR, 800),
    ("/503-retry-after-60", &[], 800, MOMO_SERVER_ERROR, 0),
];

#[test]
fn each_option_bounds_what_it_says() {
    let _turn = one_at_a_time();
    let (gateway, silent, hole) = (
        Gateway::start().unwrap(),
        Peer::start(silent),
        BlackHole::start(),
    );
    for (path, options, timeout_ms, status, time) in BOUNDS {
        let base_url = match *path {
            "silent" => silent.url("https"),
            "hole" => hole.url("https"),
            path => gateway.base_url() + path,
        };
        let config = Config::mock(&gateway, "");
        config.set("base_url", &base_url).set("max_attempts", "3");
        config.set("timeout", "30s");
        for (name, value) in *options {
            config.set(name, value);
        }
        let client = config.client();
        let error = timed(|| client.create_within(*timeout_ms), ms(*time));
        assert_eq!(
            error.status, *status,
            "{path} {options:?}: {}",
            error.message
        );
    }
    let config = Config::mock(&gateway, "/stall");
    config
        .set("attempt_timeout", "300ms")
        .set("max_attempts", "2");
    // Two attempts, and up to 200 ms between them.
    let client = config.client();
    let error = timed_between(|| client.create(), ms(600), ms(800));
    assert!(
        error.message.contains("attempt 2 of 2"),
        "{}",
        error.message
    );
    // And not what it does not say.
    for (name, timeout_ms) in [("connect_timeout", -1), ("timeout", 5000)] {
        let config = Config::mock(&gateway, "/delay-600");
        config.set(name, "300ms");
        config.client().create_within(timeout_ms).unwrap();
    }
}

#[test]
fn who_waits_for_another_call_waits_no_longer_than_its_own_time() {
    let _turn = one_at_a_time();
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "/stall").client();
    std::thread::scope(|scope| {
        let leader = scope.spawn(|| timed(|| client.get_within(900), ms(900)));
        wait_for("request", || gateway.request_count() == 1);
        let error = timed(|| client.get_within(300), ms(300));
        assert_eq!(error.status, MOMO_TIMED_OUT);
        for words in [
            "waiting for the response: ",
            "the request goes on",
            "[host localhost:",
            "attempt 1, ",
        ] {
            assert!(error.message.contains(words), "{}", error.message);
        }
        let error = timed(|| client.get_within(0), ms(0));
        assert_eq!(error.status, MOMO_WOULD_BLOCK);
        assert_eq!(leader.join().unwrap().status, MOMO_TIMED_OUT);
    });
    assert_eq!(gateway.request_count(), 1);
}

/// The threads that may make the request of a call on this thread.
fn asking(thread: i32) -> Vec<i32> {
    let mut asking = crate::child::threads_named("momo-request");
    asking.push(thread);
    asking
}

/// Cancels calls once they have come to what is to be tested.
fn cancels(name: &str, client: &Client, calls: &[Call], reached: &dyn Fn(i32) -> bool) {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let mut ends = Vec::new();
        for call in calls {
            let tell = tell.clone();
            ends.push(scope.spawn(move || {
                tell.send(thread_id()).unwrap();
                let outcome = call(client);
                (outcome, Instant::now())
            }));
            let thread = told.recv().unwrap();
            // The first has a request made, and the others wait for it, too.
            let first = ends.len() == 1;
            wait_for(name, || {
                if first {
                    asking(thread).into_iter().any(reached)
                } else {
                    waits(thread)
                }
            });
        }
        let start = Instant::now();
        client.cancel();
        for end in ends {
            let (outcome, end) = end.join().unwrap();
            let error = outcome.unwrap_err();
            assert_eq!(error.status, MOMO_CANCELLED, "{name}: {}", error.message);
            let spent = end.saturating_duration_since(start);
            assert!(spent < ms(100), "{name}: {spent:?}");
        }
    });
    for call in [Client::create, Client::get] {
        let start = Instant::now();
        assert_eq!(call(client).unwrap_err().status, MOMO_CANCELLED);
        assert!(start.elapsed() < ms(20), "{name}");
    }
}

#[test]
fn cancelling_ends_calls_in_every_phase_at_once() {
    let _turn = one_at_a_time();
    for phase in PHASES {
        let stage: Stage = (phase.start)();
        cancels(
            phase.name,
            &stage.config().client(),
            &[Client::create],
            &stage.reached,
        );
        let stage: Stage = (phase.start)();
        cancels(
            phase.name,
            &stage.config().client(),
            &[Client::get, Client::get],
            &stage.reached,
        );
    }
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "/503-retry-after-5");
    config.set("max_attempts", "3").set("timeout", "30s");
    let reached = |thread| gateway.request_count() == 1 && sleeps(thread);
    cancels("retry pause", &config.client(), &[Client::create], &reached);
    gateway.clear_requests();
    cancels(
        "retry pause",
        &config.client(),
        &[Client::get, Client::get, Client::get],
        &reached,
    );
}

#[test]
fn cancelling_one_client_leaves_the_request_to_its_equals() {
    let _turn = one_at_a_time();
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "/delay-500");
    config.set("cache", "process");
    let (cancelled, equal) = (config.client(), config.client());
    std::thread::scope(|scope| {
        let leader = scope.spawn(|| cancelled.get().unwrap_err());
        wait_for("request", || gateway.request_count() == 1);
        let (tell, told) = std::sync::mpsc::channel();
        let equal = &equal;
        let waiter = scope.spawn(move || {
            tell.send(thread_id()).unwrap();
            equal.get().unwrap()
        });
        let thread = told.recv().unwrap();
        wait_for("waiter", || waits(thread));
        cancelled.cancel();
        assert_eq!(leader.join().unwrap().status, MOMO_CANCELLED);
        waiter.join().unwrap();
    });
    assert_eq!(gateway.request_count(), 1);
}

/// A socket's own time-out is rounded up by the kernel, the more the longer it is.
#[test]
fn a_long_time_is_kept_as_exactly_as_a_short_one() {
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "/stall");
    config.set("attempt_timeout", "1m").set("timeout", "10s");
    let start = Instant::now();
    let error = config.client().create().unwrap_err();
    let spent = start.elapsed();
    assert_eq!(error.status, MOMO_TIMED_OUT, "{}", error.message);
    assert!((ms(9_995)..ms(10_150)).contains(&spent), "{spent:?}");
}
