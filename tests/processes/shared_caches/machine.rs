//! Machines that are simulated on this one: with other clocks, or another boot.
#![allow(unreachable_pub)]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::process::Setting;
use crate::artifacts::TMP;
use crate::child::in_own_mounts;
use crate::host::{Link, compile};

/// Its wall clock is so many milliseconds ahead, and its boot clock, too.
pub fn with_clocks<'a>(setting: &Setting<'a>, wall: i64, boot: i64) -> Setting<'a> {
    // As struct clock_shim has it: boot, wall, and two counters.
    let page = file([boot, wall, 0, 0].map(i64::to_ne_bytes).concat());
    let shim = compile("clock_shim.c", Link::Preload);
    let preload = format!("LD_PRELOAD={}", shim.display());
    setting.under(&["env", &preload, &format!("CLOCK_SHIM={}", page.display())])
}

/// Started anew since, or another machine: its boot has another ID.
pub fn another_boot<'a>(setting: &Setting<'a>) -> Setting<'a> {
    let id = file("01234567-89ab-4cde-8f01-23456789abcd\n");
    let there = "/proc/sys/kernel/random/boot_id";
    setting.under(&in_own_mounts(&format!(
        "mount --bind {} {there}",
        id.display()
    )))
}

fn file(content: impl AsRef<[u8]>) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = Path::new(TMP).join(format!("machine-{number}"));
    std::fs::write(&path, content).unwrap();
    path
}
