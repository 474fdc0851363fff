//! Each check of the soak test finds what it is for, in a library with that fault.
#![allow(clippy::unwrap_used)]

#[path = "soak/mod.rs"]
mod soak;

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use soak::checks::Check::{self, *};
use soak::host::{Link, compile};
use soak::run::{Plan, Run};
use soak::schedule::Schedule;

/// The worker, and the library that is to be preloaded into it.
fn programs() -> &'static (PathBuf, PathBuf) {
    static PROGRAMS: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let worker = compile("soak.c", Link::Shared, "checks");
        (worker, compile("soak_faults.c", Link::Preload, "checks"))
    })
}

fn plan() -> Plan {
    Plan {
        cache: "process",
        program: programs().0.clone(),
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

fn assert_found(plan: Plan, check: Check) {
    let environment = plan.environment.clone();
    let (_, findings) = Run::of(plan, &mut Schedule::default());
    assert!(
        findings.has(check),
        "{check:?} has found nothing: {environment:?}"
    );
}

fn planted(fault: &str) -> Plan {
    let faults = programs().1.display().to_string();
    let environment = vec![("LD_PRELOAD", faults), ("SOAK_FAULT", fault.to_owned())];
    Plan {
        environment,
        ..plan()
    }
}

/// What tests/c/soak_faults.c knows, and which check is to find it.
const FAULTS: [(&str, Check); 15] = [
    ("forged", Tokens),
    ("expired", Tokens),
    ("refused", Refused),
    ("late", Time),
    ("waits", AtHand),
    ("fails", AtHand),
    ("status", Statuses),
    ("would-block", Statuses),
    ("secret", Secrets),
    ("recovery", Recovery),
    ("heap", Growth),
    ("resident", Growth),
    ("threads", Growth),
    ("descriptors", Growth),
    ("crash", Processes),
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
    let patience = Duration::from_secs(5);
    let plan = Plan {
        patience,
        ..planted("hang")
    };
    assert_found(plan, Processes);
}

#[test]
fn a_user_that_is_sent_with_the_key_of_another_is_found() {
    let files = soak::child::Scratch::new();
    let path = files.write("key", "11111111111111111111111111111111");
    let environment = vec![("MOMO_API_KEY_FILE", path.display().to_string())];
    let plan = Plan {
        environment,
        ..plan()
    };
    assert_found(plan, Credentials);
}

#[test]
fn a_test_that_does_nothing_is_found() {
    assert_found(
        Plan {
            threads: 0,
            ..plan()
        },
        Activity,
    );
}
