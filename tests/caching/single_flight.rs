//! One caller asks for all who wait, and no caller's own end is another's.

use std::collections::HashSet;
use std::sync::Barrier;
use std::sync::mpsc::channel;

use crate::child::wait_for;
use crate::common::*;
use crate::peer::{thread_id, waits};

/// What this many threads get that start at the same moment.
fn together<T: Send>(threads: usize, call: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(threads);
    std::thread::scope(|scope| {
        let (barrier, call) = (&barrier, &call);
        let run = move |n| {
            barrier.wait();
            call(n)
        };
        let started: Vec<_> = (0..threads).map(|n| scope.spawn(move || run(n))).collect();
        started.into_iter().map(|t| t.join().unwrap()).collect()
    })
}

/// A call in another thread that waits for the leader, once this returns.
fn following<'s, T: Send + 's>(
    scope: &'s std::thread::Scope<'s, '_>,
    call: impl FnOnce() -> T + Send + 's,
) -> std::thread::ScopedJoinHandle<'s, T> {
    let (tell, told) = channel();
    let waiter = scope.spawn(move || {
        tell.send(thread_id()).unwrap();
        call()
    });
    let thread = told.recv().unwrap();
    wait_for("waiter", || waits(thread));
    waiter
}

#[test]
fn sixty_four_threads_on_a_cold_client_cause_one_request_and_get_one_token() {
    let gateway = Gateway::start().unwrap();
    for options in [&["client"][..], &["process", "process", "process"]] {
        gateway.reset();
        let config = Config::mock(&gateway, "/delay-300");
        let clients: Vec<_> = options
            .iter()
            .map(|cache| config.set("cache", cache).client())
            .collect();
        let tokens = together(64, |n| clients[n % clients.len()].get().unwrap());
        assert_eq!(gateway.request_count(), 1, "{options:?}");
        let issued = &gateway.issued()[0].token;
        assert!(tokens.iter().all(|t| t.access_token == *issued));
        assert!(tokens.iter().all(|t| t.lifetime == 3600));
    }
}

#[test]
fn a_caller_s_own_time_out_or_cancellation_is_nobody_else_s() {
    // In the background the request goes on; on a caller's thread another leads.
    for (refresh, requests) in [("background", 1), ("caller", 2)] {
        // The others have to be waiting by then.
        for (time, end) in [(3000, MOMO_TIMED_OUT), (20_000, MOMO_CANCELLED)] {
            let gateway = Gateway::start().unwrap();
            let config = Config::plain(&gateway, "/delay-5000");
            config.set("cache", "process").set("refresh", refresh);
            let (own, others) = (config.client(), [config.client(), config.client()]);
            std::thread::scope(|scope| {
                let mut ended = vec![scope.spawn(|| own.get_within(time).unwrap_err())];
                wait_for("request", || gateway.request_count() == 1);
                if end == MOMO_CANCELLED {
                    ended.push(following(scope, || own.get_within(time).unwrap_err()));
                }
                let waiters = (0..8).map(|n| &others[n % 2]);
                let waiters: Vec<_> = waiters
                    .map(|client| following(scope, move || client.token()))
                    .collect();
                if end == MOMO_CANCELLED {
                    own.cancel();
                }
                // A wait that was cancelled counts as well.
                let waits = (ended.len() + waiters.len()) as i64;
                for call in ended {
                    let error = call.join().unwrap();
                    assert_eq!(error.status, end, "{}", error.message);
                }
                let tokens = waiters.into_iter().map(|waiter| waiter.join().unwrap());
                assert_eq!(tokens.collect::<HashSet<_>>().len(), 1);
                assert!(refresh == "caller" || own.stats().waits == waits);
            });
            assert_eq!(gateway.request_count(), requests, "{refresh}");
            if end == MOMO_CANCELLED {
                assert_eq!(own.get().unwrap_err().status, MOMO_CANCELLED);
            }
        }
    }
}

#[test]
fn a_token_without_a_usable_lifetime_is_given_to_all_who_waited_and_to_nobody_else() {
    let gateway = Gateway::start().unwrap();
    let config = Config::plain(&gateway, "/delay-2000/expires-in-missing");
    let client = config.set("refresh", "caller").client();
    let mut seen = HashSet::new();
    for round in 1..=2 {
        let tokens = together(16, |_| client.get().unwrap());
        assert_eq!(gateway.request_count(), round);
        for token in &tokens {
            assert_eq!(*token, tokens[0]);
            let times = [token.lifetime, token.expires_in, token.expires_at];
            assert_eq!((times, token.refresh_in), ([0; 3], -1));
        }
        assert!(seen.insert(tokens[0].access_token.clone()));
    }
    let error = client.get_within(0).unwrap_err();
    assert_eq!(error.status, MOMO_WOULD_BLOCK);
}

#[test]
fn a_token_of_momo_create_token_serves_those_who_wait_for_a_slower_request() {
    let gateway = Gateway::start().unwrap();
    let client = Config::plain(&gateway, "").client();
    gateway.set_behaviour("/stall");
    std::thread::scope(|scope| {
        let leader = scope.spawn(|| client.get().unwrap());
        wait_for("request", || gateway.request_count() == 1);
        let waiter = following(scope, || client.get().unwrap());
        gateway.set_behaviour("");
        let created = client.create().unwrap();
        for call in [leader, waiter] {
            assert_eq!(call.join().unwrap().access_token, created.access_token);
        }
    });
    assert_eq!(gateway.request_count(), 2);
}
