//! The clocks of the machine, moved under a client; and what a fresh token costs.

use std::collections::BTreeMap;
use std::path::Path;

use crate::artifacts::TMP;
use crate::host::{Link, Mock, compile};

/// Runs a case of clocks.c, each with a page for its clocks. A request in the background would go on while
/// the host moves them back.
fn run(refresh: &str, behaviour: &str, page: &str, arguments: &[&str]) {
    let mock = Mock::start(&[]);
    let shim = compile("clock_shim.c", Link::Preload);
    let page = Path::new(TMP).join(format!("clock-page-{page}"));
    let _ = std::fs::remove_file(&page);
    let mut host = mock.host("clocks.c", behaviour);
    host.env("LD_PRELOAD", &shim).env("CLOCK_SHIM", &page);
    host.env("MOMO_REFRESH", refresh);
    mock.run(&host, arguments);
}

#[test]
fn a_token_ends_by_whichever_clock_says_so_first() {
    run("caller", "", "hour", &["life"]);
}

#[test]
fn a_cooldown_ends_by_the_boot_clock() {
    run(
        "caller",
        "/503-retry-after-60",
        "later",
        &["pause", "60000"],
    );
    run("caller", "/500-login-failed", "later", &["pause", "5000"]);
}

#[test]
fn a_call_that_was_frozen_past_its_time_ends_when_it_wakes_up() {
    for refresh in ["background", "caller"] {
        run(refresh, "/stall", "frozen", &["frozen"]);
    }
}

#[test]
fn what_invalidation_may_buy_is_counted_by_the_boot_clock() {
    run("caller", "", "brake", &["brake"]);
}

/// How often each system call is made, in all threads.
fn system_calls(mock: &Mock, times: &str) -> BTreeMap<String, u64> {
    let summary = Path::new(TMP).join(format!("strace-{times}"));
    let mut host = mock.host("fresh.c", "");
    // Of a token's malloc and free nothing reaches the kernel, whatever lies around them.
    let path = summary.to_str().unwrap();
    host.under(["strace", "-f", "-qq", "-U", "name,calls", "-c", "-o", path]);
    host.run(&[times]);
    let text = std::fs::read_to_string(&summary).unwrap();
    let rows = text.lines().filter_map(|line| {
        let (name, calls) = line.split_once(' ')?;
        Some((name.to_owned(), calls.trim().parse().ok()?))
    });
    rows.filter(|(name, _)| name != "total").collect()
}

#[test]
fn a_fresh_token_is_one_allocation_and_no_system_call() {
    let mock = Mock::start(&[]);
    mock.host("fresh.c", "").run(&["100000"]);
    let few = system_calls(&mock, "1000");
    let many = system_calls(&mock, "5000");
    assert!(few["sendto"] > 0, "the first token was asked for: {few:?}");
    for (name, calls) in &many {
        let before = few.get(name).copied().unwrap_or(0);
        // A response may come in one piece or two.
        assert!(*calls < before + 20, "{name}: {before}, then {calls}");
    }
    assert_eq!(mock.counts().0, 3);
}
