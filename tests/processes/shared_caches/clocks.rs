//! Machines whose clocks differ, or that were started anew, share a cache.

use std::thread::sleep;
use std::time::Duration;

use momo_mock_gateway::Gateway;

use super::machine;
use super::process::{Crowd, Report, Setting, assert_all_good};
use crate::child::Scratch;
use crate::place::Place;

const HOUR: i64 = 3_600_000;
/// Seconds for which tokens are asked for, and the milliseconds for which one of 4 s may be in use,
/// the time of a slow machine included.
const ASKING: u32 = 15;
const USABLE: i64 = 9_000;

/// For how long each token was in use anywhere, in milliseconds.
fn longest_use(reports: &[Report]) -> i64 {
    let mut uses = std::collections::BTreeMap::<String, (i64, i64)>::new();
    for token in reports
        .iter()
        .flat_map(|r| r.0["tokens"].as_array().unwrap())
    {
        let number = |name: &str| token[name].as_i64().unwrap();
        let text = token["text"].as_str().unwrap().to_owned();
        let used = uses.entry(text).or_insert((i64::MAX, 0));
        *used = (
            used.0.min(number("first_ms")),
            used.1.max(number("last_ms")),
        );
    }
    uses.values()
        .map(|(first, last)| last - first)
        .max()
        .unwrap()
}

/// Two processes on each of three machines; those of two have a wall clock that is off.
fn wrong_wall_clocks(test: &str, place: &Place) {
    let gateway = Gateway::start().unwrap();
    let right = Setting::new(test, &gateway, "/lifetime-4", &place.option());
    let fast = machine::with_clocks(&right, &format!("{test}-fast"), HOUR, 0);
    let slow = machine::with_clocks(&right, &format!("{test}-slow"), -HOUR, 0);
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
    println!("{test}: {} requests", gateway.request_count());
}

#[test]
fn a_wall_clock_that_is_an_hour_off_prolongs_no_token() {
    Place::both(|place, name| wrong_wall_clocks(&format!("hour-{name}"), place));
}

#[test]
fn a_directory_gives_no_token_of_another_boot() {
    let place = Place::file();
    let gateway = Gateway::start().unwrap();
    let setting = Setting::new("boot", &gateway, "", &place.option());
    setting.one();
    setting.one();
    assert_eq!(gateway.request_count(), 1);
    // Another machine, or this one after a restart.
    machine::another_boot(&setting, "boot").one();
    assert_eq!(gateway.request_count(), 2);
    // A boot clock that is behind what was written is another's.
    let behind = machine::with_clocks(&setting, "behind", 0, -10_000);
    setting.one();
    let before = gateway.request_count();
    behind.one();
    assert_eq!(gateway.request_count(), before + 1);
}

/// As a service without /proc/sys has it, and a container with a boot ID of its own. In memory the
/// directory itself is the sign of one boot; on a disk nothing is, and a line says so.
#[test]
fn a_token_is_shared_without_the_kernel_s_boot_id_if_the_directory_is_in_memory() {
    for in_memory in [true, false] {
        let scratch = match in_memory {
            true => Scratch::in_memory(),
            false => Scratch::new(),
        };
        let gateway = Gateway::start().unwrap();
        let cache = format!("file:{}", scratch.path("tokens").display());
        let plain = Setting::new(&format!("id-{in_memory}"), &gateway, "", &cache);
        let hidden = Setting {
            wrapper: machine::after("mount -t tmpfs tmpfs /proc/sys"),
            ..plain.clone()
        };
        let other = machine::another_boot(&plain, &format!("id-{in_memory}"));
        for setting in [&plain, &hidden, &other, &hidden] {
            setting.one();
        }
        assert_eq!(gateway.request_count(), if in_memory { 1 } else { 4 });
    }
}
