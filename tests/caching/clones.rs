//! Second handles of a client: what they share with it, and that each is cancelled by itself.

use std::time::Instant;

use crate::child::wait_for;
use crate::common::*;

/// What a call that is cancelled ends with; it has to end soon.
fn cancelled(outcome: Result<Token, Error>, since: Instant) {
    assert_eq!(outcome.unwrap_err().status, MOMO_CANCELLED);
    assert!(since.elapsed() < SOON, "{:?}", since.elapsed());
}

#[test]
fn a_clone_shares_the_token_whatever_the_cache_is() {
    let gateway = Gateway::start().unwrap();
    for (cache, requests) in [("process", 1), ("client", 1), ("none", 3)] {
        gateway.reset();
        let config = Config::mock(&gateway, "");
        let client = config.set("cache", cache).client();
        let clone = client.cloned();
        let first = clone.get().unwrap();
        client.get().unwrap();
        clone.cloned().get().unwrap();
        assert_eq!(gateway.request_count(), requests, "{cache}");
        assert_eq!(client.stats().requests, clone.stats().requests, "{cache}");
        if cache != "none" {
            client.invalidate(&first.access_token);
            assert_ne!(clone.token(), first.access_token);
        }
    }
}

#[test]
fn a_clone_outlives_its_client_and_logs_to_the_same_logger() {
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "");
    let log = config.log();
    let client = config.client();
    drop(config);
    let clone = client.cloned();
    drop(client);
    clone.get().unwrap();
    assert!(log.text().contains("issued a token"), "{}", log.text());
}

#[test]
fn a_request_ends_with_the_last_handle_of_equal_clients_that_is_cancelled() {
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "/stall");
    let client = config.set("cache", "process").client();
    client.get_within(0).unwrap_err();
    wait_for("request", || gateway.request_count() == 1);
    let handles = [client.cloned(), config.client(), client.cloned()];
    // Those that were freed are counted no longer, and end nothing.
    drop(client.cloned());
    drop(client);
    for handle in handles {
        std::thread::sleep(ms(100));
        assert_eq!(gateway.open_connections(), 1);
        // It counts once, however often it is cancelled, and then freed.
        handle.cancel();
        handle.cancel();
    }
    wait_for("end", || gateway.open_connections() == 0);
    assert_eq!(gateway.request_count(), 1);
}

#[test]
fn cancelling_a_client_ends_the_calls_on_its_clones_and_theirs_in_every_phase() {
    for behaviour in ["/stall", "/503"] {
        let gateway = Gateway::start().unwrap();
        let config = Config::mock(&gateway, behaviour);
        config.set("max_attempts", "10").set("timeout", "60s");
        let client = config.client();
        let clone = client.cloned();
        let clones = [clone.cloned(), clone];
        std::thread::scope(|scope| {
            // One asks and the other waits for it; each has a request of its own, too.
            let calls = clones.each_ref().map(|clone| {
                let get = scope.spawn(move || clone.get());
                [get, scope.spawn(move || clone.create())]
            });
            wait_for("requests", || gateway.request_count() >= 3);
            let start = Instant::now();
            client.cancel();
            for call in calls.into_iter().flatten() {
                cancelled(call.join().unwrap(), start);
            }
        });
        cancelled(clones[0].cloned().get(), Instant::now());
    }
}

#[test]
fn a_client_makes_and_frees_clones_while_it_is_cancelled() {
    let gateway = Gateway::start().unwrap();
    for _ in 0..50 {
        let client = Config::mock(&gateway, "/stall").client();
        client.get_within(0).unwrap_err();
        std::thread::scope(|scope| {
            let call = || client.cloned().get_within(5).unwrap_err().status;
            let until_cancelled = move || {
                let mut ends = std::iter::repeat_with(call);
                let end = ends.find(|status| *status != MOMO_TIMED_OUT);
                assert_eq!(end, Some(MOMO_CANCELLED));
            };
            for _ in 0..4 {
                scope.spawn(until_cancelled);
            }
            std::thread::sleep(ms(7));
            client.cancel();
        });
    }
}
