//! Requests on a thread of the library: who is told of them, whom they serve, when they are due.

use std::collections::BTreeSet;

use crate::child::{Scratch, again, case, var, wait_for};
use crate::common::*;

#[test]
fn what_a_background_request_has_to_say_is_logged_by_the_next_call_on_its_thread() {
    let gateway = Gateway::start().unwrap();
    let config = Config::plain(&gateway, "");
    let (quiet, _) = config.with_stale_token(&gateway);
    let log = config.log();
    let client = config.client();
    gateway.set_behaviour("/503-retry-after-60");
    // Started by a client without a logger, told to its equal's.
    quiet.get().unwrap();
    wait_for("line", || {
        client.get().unwrap();
        log.text().contains("the refresh failed")
    });
    client.get().unwrap();
    assert_eq!(log.text().matches("the refresh failed").count(), 1);
    assert_eq!(gateway.request_count(), 2);
}

#[test]
fn a_refresh_outlives_the_client_that_began_it_and_serves_its_equal() {
    let gateway = Gateway::start().unwrap();
    let config = Config::plain(&gateway, "");
    let (client, stale) = config.with_stale_token(&gateway);
    gateway.set_delay(ms(500));
    client.get().unwrap();
    drop(client);
    wait_for("new token", || {
        config.client().get_within(0).unwrap().access_token != stale.access_token
    });
    assert_eq!(gateway.request_count(), 2);
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
    assert!((2800..=3000).contains(&token.refresh_in), "{token:?}");
}

/// If they all start at once, they do not all ask at the same moment.
#[test]
fn processes_refresh_at_times_of_their_own() {
    const NAME: &str = "processes_refresh_at_times_of_their_own";
    if case().is_some() {
        let gateway = Gateway::start().unwrap();
        let config = Config::plain(&gateway, "/lifetime-86400");
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
    assert!(times.iter().all(|time| (64_700..=68_400).contains(time)));
    assert!(times.len() > 1, "{times:?}");
}
