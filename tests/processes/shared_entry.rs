//! What a process takes from the entry that it shares with others, and what it leaves there.

mod refusals;
mod relay;
mod server;
mod setups;
mod stalls;

use crate::child::wait_for;
use crate::common::{Client, Config, Gateway, MOMO_CANCELLED, MOMO_WOULD_BLOCK};
use crate::place::Place;

/// The same entry in the store with a memory of its own, as another process has: the name of the
/// option is another, and that of the place is not.
fn configs(gateway: &Gateway, place: &Place) -> [Config; 2] {
    let option = place.option();
    let same_place = match place {
        Place::File(scratch) => {
            let link = scratch.path("again");
            // A second way to the same directory, since links are refused.
            std::fs::create_dir_all(&link).unwrap();
            option.replace("/tokens", "/again/../tokens")
        }
        Place::Redis(_) => option.replace("127.0.0.1", "localhost"),
    };
    [option, same_place].map(|option| {
        let config = Config::mock(gateway, "");
        config.set("cache", &option);
        config
    })
}

fn processes(gateway: &Gateway, place: &Place) -> [Client; 2] {
    configs(gateway, place).map(|config| config.client())
}

#[test]
fn a_token_that_was_invalidated_is_removed_for_the_others_and_a_newer_one_is_not() {
    Place::each(|place, _| {
        let gateway = Gateway::start().unwrap();
        let [here, there] = processes(&gateway, place);
        let first = here.get().unwrap().access_token;
        assert_eq!(there.get().unwrap().access_token, first);
        assert_eq!(there.stats().tokens_adopted, 1);
        // To look in a directory no thread is started that a call would wait for.
        let waits = i64::from(matches!(place, Place::Redis(_)));
        assert_eq!(there.stats().waits, waits);
        here.invalidate(&first);
        assert!(!place.has_token());
        let second = here.get().unwrap().access_token;
        assert_ne!(second, first);
        place.wait_for_token();
        // The other process is told the same of its old token later: the new one stays.
        there.invalidate(&first);
        assert!(place.has_token());
        assert_eq!(there.get().unwrap().access_token, second);
        assert_eq!(gateway.request_count(), 2);
        // Invalidated text that nobody has any more changes nothing.
        there.invalidate(&first);
        there.invalidate("eyJ.some.other");
        assert!(place.has_token());
    });
}

#[test]
fn a_new_token_of_momo_create_token_is_for_the_others_too() {
    Place::each(|place, _| {
        let gateway = Gateway::start().unwrap();
        let [here, there] = processes(&gateway, place);
        let first = here.create().unwrap().access_token;
        assert_eq!(there.get().unwrap().access_token, first);
        let second = here.create().unwrap().access_token;
        // What it has is fresh: it looks nowhere.
        assert_eq!(there.get().unwrap().access_token, first);
        there.invalidate(&first);
        assert_eq!(there.get().unwrap().access_token, second);
        assert_eq!(gateway.request_count(), 2);
    });
}

/// Whoever can write can put an older value back, and no more.
#[test]
fn an_older_value_that_is_put_back_is_not_taken_once_it_was_replaced_or_invalidated() {
    let (place, gateway) = (Place::file(), Gateway::start().unwrap());
    let [config, _] = configs(&gateway, &place);
    gateway.set_behaviour("/lifetime-200/age-155");
    let client = config.set("refresh_margin", "1s").client();
    let first = client.get().unwrap().access_token;
    place.wait_for_token();
    let path = place.files(".token").remove(0);
    let older = std::fs::read(&path).unwrap();
    let second = client.create().unwrap().access_token;
    assert_ne!(std::fs::read(&path).unwrap(), older);
    std::fs::write(&path, &older).unwrap();
    gateway.set_behaviour("");
    // With a larger margin it is stale: an equal client looks for a newer one, and asks for it.
    let client = config.set("refresh_margin", "15m").client();
    wait_for("refresh", || {
        let token = client.get().unwrap().access_token;
        assert_ne!(token, first);
        token != second
    });
    assert_eq!(gateway.request_count(), 3);
    client.invalidate(&first);
    let third = client.get().unwrap().access_token;
    client.invalidate(&third);
    std::fs::write(&path, &older).unwrap();
    let fourth = client.get().unwrap().access_token;
    assert!([first, second, third].iter().all(|old| *old != fourth));
}

#[test]
fn a_stale_token_is_replaced_by_the_newer_one_of_another_process_without_a_request() {
    Place::each(|place, _| {
        let gateway = Gateway::start().unwrap();
        let [here, there] = configs(&gateway, place);
        gateway.set_behaviour("/lifetime-200/age-155");
        let [here, other] =
            [&here, &there].map(|config| config.set("refresh_margin", "1s").client());
        let first = here.get().unwrap().access_token;
        assert_eq!(other.get().unwrap().access_token, first);
        gateway.set_behaviour("");
        let second = here.create().unwrap().access_token;
        let there = there.set("refresh_margin", "15m").client();
        wait_for("newer token", || {
            there.get().unwrap().access_token == second
        });
        let stats = there.stats();
        assert_eq!(
            (stats.requests, stats.tokens_adopted, stats.refreshes),
            (0, 2, 0)
        );
        assert_eq!(gateway.request_count(), 2);
    });
}

#[test]
fn a_call_that_waits_for_another_process_can_be_cancelled() {
    Place::each(|place, _| {
        let gateway = Gateway::start().unwrap();
        let [here, there] = processes(&gateway, place);
        gateway.set_behaviour("/stall");
        std::thread::scope(|scope| {
            let asking = scope.spawn(|| here.get().unwrap_err());
            wait_for("request", || gateway.request_count() == 1);
            let waiting = scope.spawn(|| there.get().unwrap_err());
            wait_for("wait", || {
                let looked = there.get_within(0).unwrap_err();
                looked.message.contains("another process")
            });
            there.cancel();
            assert_eq!(waiting.join().unwrap().status, MOMO_CANCELLED);
            // Once the other's lock was over it would have asked by itself.
            assert_eq!(gateway.request_count(), 1);
            here.cancel();
            assert_eq!(asking.join().unwrap().status, MOMO_CANCELLED);
        });
    });
}

#[test]
fn a_call_that_must_not_block_has_the_shared_token_fetched_in_the_background() {
    Place::each(|place, _| {
        let gateway = Gateway::start().unwrap();
        let [here, there] = processes(&gateway, place);
        let token = here.get().unwrap().access_token;
        assert_eq!(there.get_within(0).unwrap_err().status, MOMO_WOULD_BLOCK);
        wait_for("token", || {
            there
                .get_within(0)
                .is_ok_and(|taken| taken.access_token == token)
        });
        assert_eq!(gateway.request_count(), 1);
        let stats = there.stats();
        assert_eq!((stats.requests, stats.token_origin), (0, place.origin()));
        assert_eq!(here.stats().token_origin, 1);
    });
}
