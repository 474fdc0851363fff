//! Each check of the soak test finds what it is for, in a library with that fault.
#![allow(clippy::unwrap_used)]

#[path = "soak/mod.rs"]
mod soak;

use std::time::Duration;

use soak::host::{Link, compile};
use soak::run::{Plan, Run};
use soak::schedule::Schedule;

fn plan() -> Plan {
    Plan {
        cache: "process",
        processes: 1,
        threads: 8,
        pause: Duration::from_millis(20),
        // Longer than a token lives.
        rounds: 2,
        round: Duration::from_secs(4),
        patience: Duration::from_secs(40),
        environment: Vec::new(),
    }
}

fn assert_found(plan: Plan, check: &str) {
    let environment = plan.environment.clone();
    let (_, findings) = Run::of(plan, &mut Schedule::default());
    let found = findings.has(check);
    assert!(found, "{check} has found nothing: {environment:?}");
}

fn planted(fault: &str) -> Plan {
    let faults = compile("soak_faults.c", Link::Preload)
        .display()
        .to_string();
    let mut plan = plan();
    plan.environment = vec![("LD_PRELOAD", faults), ("SOAK_FAULT", fault.to_owned())];
    plan
}

/// What tests/c/soak_faults.c knows, and which check is to find it.
const FAULTS: [(&str, &str); 15] = [
    ("forged", "tokens"),
    ("expired", "tokens"),
    ("refused", "refused"),
    ("late", "time"),
    ("waits", "at-hand"),
    ("fails", "at-hand"),
    ("status", "statuses"),
    ("would-block", "statuses"),
    ("secret", "secrets"),
    ("recovery", "recovery"),
    ("heap", "growth"),
    ("resident", "growth"),
    ("threads", "growth"),
    ("descriptors", "growth"),
    ("crash", "processes"),
];

#[test]
fn each_fault_of_a_library_is_found_by_the_check_that_is_for_it() {
    std::thread::scope(|scope| {
        for (fault, check) in FAULTS {
            scope.spawn(move || assert_found(planted(fault), check));
        }
    });
}

#[test]
fn a_process_that_hangs_is_found() {
    let mut plan = planted("hang");
    plan.patience = Duration::from_secs(5);
    assert_found(plan, "processes");
}

#[test]
fn a_user_that_is_sent_with_the_key_of_another_is_found() {
    let files = soak::child::Scratch::new();
    let path = files.write("key", "11111111111111111111111111111111");
    let mut plan = plan();
    plan.environment = vec![("MOMO_API_KEY_FILE", path.display().to_string())];
    assert_found(plan, "credentials");
}

#[test]
fn a_test_that_does_nothing_is_found() {
    let mut plan = plan();
    plan.threads = 0;
    assert_found(plan, "activity");
}
