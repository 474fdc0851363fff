//! Machines that are simulated on this one: with other clocks, or another boot.
#![allow(unreachable_pub)]

use std::path::Path;

use super::process::Setting;
use crate::artifacts::TMP;
use crate::child::is_root;
use crate::host::{Link, compile};

/// Its wall clock is so many milliseconds ahead, and its boot clock, too.
pub fn with_clocks<'a>(setting: &Setting<'a>, name: &str, wall: i64, boot: i64) -> Setting<'a> {
    let shim = compile("clock_shim.c", Link::Preload, name);
    let page = Path::new(TMP).join(format!("clock-page-shared-{name}"));
    // As struct clock_shim has it: boot, wall, and two counters.
    let numbers = [boot, wall, 0, 0].map(i64::to_ne_bytes).concat();
    std::fs::write(&page, numbers).unwrap();
    let preload = format!("LD_PRELOAD={}", shim.display());
    started_by(
        setting,
        &["env", &preload, &format!("CLOCK_SHIM={}", page.display())],
    )
}

/// Started anew since, or another machine: its boot has another ID.
pub fn another_boot<'a>(setting: &Setting<'a>, name: &str) -> Setting<'a> {
    let id = Path::new(TMP).join(format!("boot-id-{name}"));
    std::fs::write(&id, "01234567-89ab-4cde-8f01-23456789abcd\n").unwrap();
    let mount = format!(
        "mount --bind {} /proc/sys/kernel/random/boot_id",
        id.display()
    );
    let words = after(&mount);
    started_by(
        setting,
        &words.iter().map(String::as_str).collect::<Vec<_>>(),
    )
}

/// What starts a program in a mount namespace of its own, after this script.
pub fn after(script: &str) -> Vec<String> {
    let rights: &[&str] = if is_root() {
        &["-m"]
    } else {
        &["-m", "-U", "-r"]
    };
    let script = format!("{script} && exec \"$@\"");
    let words = ["unshare"].iter().chain(rights).chain(&["sh", "-ec"]);
    let words = words.map(|word| (*word).to_owned());
    words.chain([script, "sh".to_owned()]).collect()
}

fn started_by<'a>(setting: &Setting<'a>, words: &[&str]) -> Setting<'a> {
    let words = words.iter().map(|word| (*word).to_owned());
    Setting {
        wrapper: words.chain(setting.wrapper.clone()).collect(),
        ..setting.clone()
    }
}
