//! Machines whose clocks differ, or that were started anew, share a cache.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::Duration;

use momo_mock_gateway::Gateway;

use super::machine;
use super::process::{Crowd, Report, Setting, assert_all_good};
use crate::child::{Scratch, in_own_mounts};
use crate::place::Place;

const HOUR: i64 = 3_600_000;
/// Seconds for which tokens are asked for, and the milliseconds for which one of 4 s may be in use,
/// the time of a slow machine included.
const ASKING: u32 = 15;
const USABLE: i64 = 9_000;

/// For how long each token was in use anywhere, in milliseconds.
fn longest_use(reports: &[Report]) -> i64 {
    let mut uses = BTreeMap::<&str, (i64, i64)>::new();
    for token in reports
        .iter()
        .flat_map(|r| r.0["tokens"].as_array().unwrap())
    {
        let [first, last] = ["first_ms", "last_ms"].map(|name| token[name].as_i64().unwrap());
        let used = uses.entry(token["text"].as_str().unwrap());
        let used = used.or_insert((first, last));
        *used = (used.0.min(first), used.1.max(last));
    }
    let uses = uses.values().map(|(first, last)| last - first);
    uses.max().unwrap()
}

/// Two processes on each of three machines; those of two have a wall clock that is off.
#[test]
fn a_wall_clock_that_is_an_hour_off_prolongs_no_token() {
    Place::both(|place| {
        let gateway = Gateway::start().unwrap();
        let right = Setting::new(&gateway, "/lifetime-4", &place.option());
        let fast = machine::with_clocks(&right, HOUR, 0);
        let slow = machine::with_clocks(&right, -HOUR, 0);
        // The first token of each kind is seen by the others when it is no longer new.
        for first in [&fast, &slow, &right] {
            first.one();
            sleep(Duration::from_secs(1));
        }
        let crowds = [&right, &fast, &slow].map(|machine| machine.crowd(2, ASKING, 20, -1));
        let reports: Vec<_> = crowds.into_iter().flat_map(Crowd::reports).collect();
        assert_all_good(&reports);
        let longest = longest_use(&reports);
        assert!(longest <= USABLE, "used for {longest} ms");
    });
}

/// As a service without /proc/sys has it, and another machine or a container with a boot ID of its own.
/// In memory the directory itself is the sign of one boot; on a disk nothing is, and a line says so.
#[test]
fn a_directory_gives_no_token_of_another_boot_or_of_none_unless_it_is_in_memory() {
    for (scratch, requests) in [(Scratch::in_memory(), 1), (Scratch::new(), 4)] {
        let gateway = Gateway::start().unwrap();
        let cache = format!("file:{}", scratch.path("tokens").display());
        let plain = Setting::new(&gateway, "", &cache);
        let hidden = plain.under(&in_own_mounts("mount -t tmpfs tmpfs /proc/sys"));
        let other = machine::another_boot(&plain);
        for setting in [&plain, &plain, &other, &hidden, &hidden] {
            setting.one();
        }
        assert_eq!(gateway.request_count(), requests);
    }
}
