//! What a process takes from the entry that it shares with others, and what it leaves there.

mod refusals;
mod relay;
mod server;
mod setups;

use crate::child::wait_for;
use crate::common::*;
use crate::peer::{sleeps, thread_id};
use crate::place::Place;

/// A client for each name of one place: their memories differ, as those of processes do.
fn clients(config: &Config, options: [String; 2]) -> [Client; 2] {
    options.map(|option| config.set("cache", &option).client())
}

/// In each place, with a gateway and a client of each of two processes.
fn in_each_place(test: impl Fn(&Place, &Gateway, &[Client; 2])) {
    Place::each(|place| {
        let gateway = Gateway::start().unwrap();
        let clients = clients(&Config::mock(&gateway, ""), place.options());
        test(place, &gateway, &clients);
    });
}

/// The outcome of a call that has come so far when `then` runs. Its thread tells how far.
fn during(
    client: &Client,
    has_come: impl Fn(i32) -> bool,
    then: impl FnOnce(),
) -> Result<Token, Error> {
    std::thread::scope(|scope| {
        let (tell, told) = std::sync::mpsc::channel();
        let call = scope.spawn(move || tell.send(thread_id()).map(|()| client.get()));
        let thread = told.recv().unwrap();
        wait_for("call", || has_come(thread));
        then();
        call.join().unwrap().unwrap()
    })
}

#[test]
fn a_token_that_was_invalidated_is_removed_for_the_others_and_a_newer_one_is_not() {
    in_each_place(|place, gateway, [here, there]| {
        let first = here.token();
        assert_eq!(there.token(), first);
        assert_eq!(there.stats().tokens_adopted, 1);
        assert_eq!(there.stats().waits, 0, "it was there");
        here.invalidate(&first);
        assert!(!place.has_token());
        let second = here.token();
        assert_ne!(second, first);
        place.wait_for_token();
        // The other process is told the same of its old token later: the new one stays.
        there.invalidate(&first);
        assert!(place.has_token());
        assert_eq!(there.token(), second);
        assert_eq!(gateway.request_count(), 2);
    });
}

#[test]
fn a_new_token_of_momo_create_token_is_for_the_others_too() {
    in_each_place(|_, gateway, [here, there]| {
        let first = here.create().unwrap().access_token;
        assert_eq!(there.token(), first);
        let second = here.create().unwrap().access_token;
        // What it has is fresh: it looks nowhere.
        assert_eq!(there.token(), first);
        there.invalidate(&first);
        assert_eq!(there.token(), second);
        assert_eq!(gateway.request_count(), 2);
    });
}

#[test]
fn a_stale_token_is_replaced_by_the_newer_one_of_another_process_without_a_request() {
    Place::each(|place| {
        let gateway = Gateway::start().unwrap();
        let config = Config::mock(&gateway, "");
        gateway.set_behaviour("/lifetime-200/age-155");
        let [here, other] = clients(config.set("refresh_margin", "1s"), place.options());
        let first = here.token();
        assert_eq!(other.token(), first);
        gateway.set_behaviour("");
        let second = here.create().unwrap().access_token;
        let [_, there] = clients(config.set("refresh_margin", "15m"), place.options());
        // A token is counted once it is in use.
        let is_adopted = || there.token() == second && there.stats().tokens_adopted == 2;
        wait_for("newer token", is_adopted);
        let stats = there.stats();
        let counted = (stats.requests, stats.tokens_adopted, stats.refreshes);
        assert_eq!(counted, (0, 2, 0));
        assert_eq!(gateway.request_count(), 2);
    });
}

#[test]
fn a_stale_token_is_used_on_while_another_process_asks_for_the_next() {
    Place::each(|place| {
        let gateway = Gateway::start().unwrap();
        let config = Config::mock(&gateway, "");
        gateway.set_behaviour("/lifetime-200/age-155");
        let tokens = clients(config.set("refresh_margin", "1s"), place.options());
        let tokens = tokens.map(|client| client.token());
        gateway.set_behaviour("/stall");
        let [here, there] = clients(config.set("refresh_margin", "15m"), place.options());
        assert_eq!(here.token(), tokens[0]);
        wait_for("request", || gateway.request_count() == 2);
        assert_eq!((there.token(), there.stats().waits), (tokens[1].clone(), 0));
    });
}

#[test]
fn a_call_that_waits_for_another_process_can_be_cancelled() {
    in_each_place(|_, gateway, [here, there]| {
        gateway.set_behaviour("/stall");
        let has_asked = |_| gateway.request_count() == 1;
        let asking = during(here, has_asked, || {
            let waiting = during(there, sleeps, || there.cancel()).unwrap_err();
            assert_eq!(waiting.status, MOMO_CANCELLED);
            // Once the other's lock was over it would have asked by itself.
            assert_eq!(gateway.request_count(), 1);
            here.cancel();
        });
        assert_eq!(asking.unwrap_err().status, MOMO_CANCELLED);
    });
}

#[test]
fn a_token_that_is_created_meanwhile_ends_the_wait_for_another_process() {
    in_each_place(|_, gateway, [here, there]| {
        gateway.set_behaviour("/stall");
        let has_asked = |_| gateway.request_count() == 1;
        let asking = during(here, has_asked, || {
            gateway.set_behaviour("");
            let waited = during(there, sleeps, || drop(there.create().unwrap())).unwrap();
            assert_eq!(waited.access_token, there.token());
            here.cancel();
        });
        assert_eq!(asking.unwrap_err().status, MOMO_CANCELLED);
    });
}

#[test]
fn a_call_that_gives_up_while_another_process_asks_leaves_a_thread_that_waits_on() {
    in_each_place(|_, gateway, [here, there]| {
        gateway.set_behaviour("/delay-600");
        let has_asked = |_| gateway.request_count() == 1;
        let asking = during(here, has_asked, || {
            let given_up = there.get_within(100).unwrap_err();
            assert_eq!(given_up.status, MOMO_TIMED_OUT);
            assert!(given_up.message.contains("another process"));
            wait_for("token", || there.stats().tokens_adopted == 1);
        });
        assert_eq!(there.token(), asking.unwrap().access_token);
        assert_eq!((there.stats().waits, gateway.request_count()), (1, 1));
    });
}

#[test]
fn a_call_that_must_not_block_has_the_shared_token_fetched_in_the_background() {
    in_each_place(|place, gateway, [here, there]| {
        let token = here.token();
        assert_eq!(there.get_within(0).unwrap_err().status, MOMO_WOULD_BLOCK);
        let is_taken = || there.get_within(0).is_ok_and(|t| t.access_token == token);
        wait_for("token", is_taken);
        assert_eq!(gateway.request_count(), 1);
        let stats = there.stats();
        assert_eq!((stats.requests, stats.token_origin), (0, place.origin()));
        assert_eq!(here.stats().token_origin, 1);
    });
}
