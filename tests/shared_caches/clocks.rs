//! Machines whose clocks differ, or that were started anew, share a cache.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use momo_mock_gateway::Gateway;

use super::artifacts::{INCLUDE, ROOT, TMP, succeed};
use super::process::{Place, Report, Setting};

const HOUR: i64 = 3_600_000;
/// Milliseconds: a token of 8 s may be used for 7.6.
const USABLE: i64 = 7_600;

/// A machine: its wall clock is so many milliseconds ahead, and its boot clock, too.
fn machine<'a>(setting: &Setting<'a>, name: &str, wall: i64, boot: i64) -> Setting<'a> {
    let shim = Path::new(TMP).join("clock-shim-shared.so");
    if !shim.exists() {
        // Renamed when it is whole: other tests load it.
        let new = Path::new(TMP).join(format!("clock-shim-shared-{name}.so"));
        let mut cc = std::process::Command::new("cc");
        cc.args(["-shared", "-fPIC", "-std=gnu11", "-I", INCLUDE, "-o"])
            .arg(&new);
        succeed(cc.arg(format!("{ROOT}/tests/c/clock_shim.c")).arg("-ldl"));
        std::fs::rename(new, &shim).unwrap();
    }
    let page = Path::new(TMP).join(format!("clock-page-shared-{name}"));
    // As struct clock_shim has it: boot, wall, and two counters.
    let numbers = [boot, wall, 0, 0].map(i64::to_ne_bytes).concat();
    std::fs::write(&page, numbers).unwrap();
    Setting {
        program: setting.program.clone(),
        gateway: setting.gateway,
        behaviour: setting.behaviour.clone(),
        cache: setting.cache.clone(),
        options: Vec::new(),
        wrapper: vec![
            "env".to_owned(),
            format!("LD_PRELOAD={}", shim.display()),
            format!("CLOCK_SHIM={}", page.display()),
        ],
    }
}

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
    let right = Setting::new(test, &gateway, "/lifetime-8", &place.option());
    let fast = machine(&right, &format!("{test}-fast"), HOUR, 0);
    let slow = machine(&right, &format!("{test}-slow"), -HOUR, 0);
    // The first token of each kind is seen by the others when it is no longer new.
    for first in [&fast, &slow, &right] {
        first.one();
        sleep(Duration::from_secs(1));
    }
    let crowds = [&right, &fast, &slow].map(|machine| machine.crowd(2, 12, 20, -1));
    let reports: Vec<_> = crowds
        .into_iter()
        .flat_map(super::process::Crowd::reports)
        .collect();
    super::process::assert_all_good(&reports);
    let longest = longest_use(&reports);
    assert!(longest <= USABLE + 100, "used for {longest} ms");
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
    // Another machine, or this one after a restart: its boot has another ID.
    let id = super::child::Scratch::new();
    let file = id.write("boot_id", "01234567-89ab-4cde-8f01-23456789abcd\n");
    let rights: &[&str] = if super::child::is_root() {
        &["-m"]
    } else {
        &["-m", "-U", "-r"]
    };
    let script = format!(
        "mount --bind {} /proc/sys/kernel/random/boot_id && exec \"$@\"",
        file.display()
    );
    let mut other = machine(&setting, "boot", 0, 0);
    other.wrapper = ["unshare"]
        .iter()
        .chain(rights)
        .chain(&["sh", "-ec", &script, "sh"])
        .map(|word| (*word).to_owned())
        .collect();
    other.one();
    assert_eq!(gateway.request_count(), 2);
    // A boot clock that is behind what was written is another's.
    let behind = machine(&setting, "behind", 0, -10_000);
    setting.one();
    let before = gateway.request_count();
    behind.one();
    assert_eq!(gateway.request_count(), before + 1);
}
