//! Calls end on time, whatever they wait for; cancelled ones end at once; signals change nothing.

mod phases;
mod signals;

use std::fmt::Debug;
use std::time::{Duration, Instant};

use crate::child::{case, var, wait_for};
use crate::common::*;
use crate::peer::{BlackHole, Peer, descriptors, silent, sleeps, thread_id, waits};
use phases::{PHASES, Stage, configured, in_every_phase};

type Call = fn(&Client) -> Result<Token, Error>;

/// An end that comes at this time, and not when whatever else is in the way of a call ends it.
fn timed<T: Debug>(call: impl FnOnce() -> T, expected: Duration) -> T {
    let start = Instant::now();
    let outcome = call();
    let spent = start.elapsed();
    let allowed = expected.saturating_sub(ms(5))..expected + SOON;
    assert!(allowed.contains(&spent), "{spent:?}: {outcome:?}");
    outcome
}

/// The servers are the parent's, so that what is left behind here is the library's.
#[test]
fn a_call_ends_when_its_time_is_up_in_every_phase_and_leaves_nothing_behind() {
    let Some(case) = case() else {
        return in_every_phase(|| ());
    };
    let phase = PHASES.iter().find(|p| p.name == case).unwrap();
    let config = configured(&var("OPTIONS"));
    config.set("timeout", "3s");
    let clients = [config.client(), config.client()];
    let before = (threads(), descriptors());
    std::thread::scope(|scope| {
        let calls: [Call; 2] = [Client::create, Client::get];
        for (call, client) in calls.into_iter().zip(&clients) {
            scope.spawn(move || {
                let outcome = timed(|| call(client), ms(3000));
                fails(outcome, MOMO_TIMED_OUT, &[phase.words]);
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
    ("/stall", &[("timeout", "1ms")], 300, MOMO_TIMED_OUT, 300),
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
    // A pause that would be longer than the call is not made.
    ("/503-retry-after-60", &[], 59_000, MOMO_SERVER_ERROR, 0),
];

#[test]
fn each_option_bounds_what_it_says() {
    let gateway = Gateway::start().unwrap();
    let (silent, hole) = (Peer::start(silent), BlackHole::start());
    for (path, options, timeout_ms, status, time) in BOUNDS {
        let base_url = match *path {
            "silent" => silent.url("https"),
            "hole" => hole.url("https"),
            path => gateway.base_url() + path,
        };
        let config = Config::mock(&gateway, "");
        config.set("base_url", &base_url).set("max_attempts", "3");
        let client = config.set_all(options).client();
        let error = timed(|| client.create_within(*timeout_ms), ms(*time)).unwrap_err();
        let what = format!("{path} {options:?}: {}", error.message);
        assert_eq!(error.status, *status, "{what}");
    }
    let config = Config::mock(&gateway, "/stall");
    config.set("attempt_timeout", "300ms");
    let client = config.set("max_attempts", "2").client();
    let outcome = timed(|| client.create(), ms(600));
    fails(outcome, MOMO_TIMED_OUT, &["attempt 2 of 2"]);
    // And not what it does not say.
    let config = Config::mock(&gateway, "/delay-2500");
    config.set("connect_timeout", "2s").set("timeout", "2s");
    config.client().create_within(60_000).unwrap();
}

#[test]
fn who_waits_for_another_call_waits_no_longer_than_its_own_time() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "/stall").client();
    std::thread::scope(|scope| {
        let leader = scope.spawn(|| timed(|| client.get_within(900), ms(900)));
        wait_for("request", || gateway.request_count() == 1);
        let outcome = timed(|| client.get_within(300), ms(300));
        // A unit test has the whole message.
        fails(outcome, MOMO_TIMED_OUT, &["the request goes on"]);
        let outcome = timed(|| client.get_within(0), ms(0));
        fails(outcome, MOMO_WOULD_BLOCK, &[]);
        fails(leader.join().unwrap(), MOMO_TIMED_OUT, &[]);
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
            assert!(spent < SOON, "{name}: {spent:?}");
        }
    });
    for call in [Client::create, Client::get] {
        assert_eq!(call(client).unwrap_err().status, MOMO_CANCELLED, "{name}");
    }
}

#[test]
fn cancelling_ends_calls_in_every_phase_at_once() {
    // A request of one's own, and one of the library's that others wait for, too.
    let create: &[Call] = &[Client::create];
    let get: &[Call] = &[Client::get, Client::get, Client::get];
    for calls in [create, get] {
        for phase in PHASES {
            let stage: Stage = (phase.start)();
            let client = stage.config().client();
            cancels(phase.name, &client, calls, &stage.reached);
        }
        let gateway = Gateway::start().unwrap();
        let config = Config::mock(&gateway, "/503-retry-after-50");
        let client = config.set("max_attempts", "3").client();
        let reached = |thread| gateway.request_count() == 1 && sleeps(thread);
        cancels("retry pause", &client, calls, &reached);
    }
}
