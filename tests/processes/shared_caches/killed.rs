//! Processes that die at every step of a request, the lock in their hands.

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use momo_mock_gateway::Gateway;

use super::process::{ONE_CALL, Setting, assert_all_good};
use crate::child::wait_for;
use crate::place::Place;

/// System calls of a request and of what is shared, and how often each is made at most.
const STEPS: [(&str, u32); 11] = [
    ("flock", 2),
    ("openat", 60),
    ("connect", 2),
    ("sendto", 8),
    ("recvfrom", 20),
    ("write", 1),
    ("fsync", 1),
    ("linkat", 1),
    ("utimensat", 2),
    ("renameat", 1),
    ("unlinkat", 4),
];

/// The lock's own end, and a request; else it is the two minutes of a call.
const LONGEST: Duration = Duration::from_secs(60);

/// Runs a process that is killed at this step. False if it does not come to that step.
fn is_killed(setting: &Setting, call: &str, number: u32) -> bool {
    let trace = format!("strace -f -qq -o /dev/null -e trace={call} -e inject={call}");
    let trace = format!("{trace}:signal=KILL:when={number}");
    let setting = setting.under(&trace.split(' ').collect::<Vec<_>>());
    let mut command = setting.command(ONE_CALL);
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let status = status.unwrap();
    let is_dead = status.code().is_none();
    assert!(is_dead || status.success(), "{call} {number}: {status}");
    is_dead
}

/// Each step with an entry of its own, all of them at once.
fn killed_everywhere(place: &Place, expected: &[&str]) {
    let gateway = Gateway::start().unwrap();
    let mut setting = Setting::new(&gateway, "", &place.option());
    setting.options.push(("timeout", "2m".to_owned()));
    // The directory is there.
    setting.one();
    let survived = |lifetime: usize, call: &str, number: u32| {
        let behaviour = format!("/delay-50/lifetime-{lifetime}");
        let setting = Setting {
            behaviour,
            ..setting.clone()
        };
        let is_killed = is_killed(&setting, call, number);
        let start = Instant::now();
        let report = setting.one();
        let is_good = report.number("failed") == 0 && start.elapsed() < LONGEST;
        assert!(is_good, "{call} {number}: {:?} {report:?}", start.elapsed());
        is_killed
    };
    let survived = &survived;
    let steps = STEPS.iter();
    let steps = steps.flat_map(|&(call, most)| (1..=most).map(move |n| (call, n)));
    let killed: Vec<_> = thread::scope(|scope| {
        let runs = steps.enumerate().map(|(index, (call, number))| {
            scope.spawn(move || survived(3600 + index, call, number).then_some((call, number)))
        });
        let runs: Vec<_> = runs.collect();
        let killed = runs.into_iter().filter_map(|run| run.join().unwrap());
        killed.collect()
    });
    println!("killed at {killed:?}");
    for call in expected {
        assert!(killed.iter().any(|(at, _)| at == call), "never at {call}");
    }
}

#[test]
fn a_process_killed_at_any_step_leaves_the_token_to_the_others() {
    Place::both(|place| {
        let steps: &[&str] = match place {
            Place::File(_) => &STEPS.map(|(call, _)| call),
            Place::Redis(_) => &["openat", "connect", "sendto", "recvfrom"],
        };
        killed_everywhere(place, steps);
    });
}

/// A process that is stopped, not dead: it keeps its lock for as long as a lock is good.
#[test]
fn a_process_that_hangs_holds_its_lock_for_five_seconds_at_most() {
    Place::both(|place| {
        let gateway = Gateway::start().unwrap();
        let mut setting = Setting::new(&gateway, "", &place.option());
        setting.options.push(("timeout", "2m".to_owned()));
        gateway.set_delay(Duration::from_secs(3));
        let mut command = setting.command(ONE_CALL);
        let mut first = command.stdout(Stdio::null()).spawn().unwrap();
        wait_for("request", || gateway.request_count() == 1);
        let id = libc::pid_t::try_from(first.id()).unwrap();
        // SAFETY: plain numbers; the child is not waited for yet, so the ID is still its own.
        let signal = |signal| assert_eq!(unsafe { libc::kill(id, signal) }, 0);
        signal(libc::SIGSTOP);
        gateway.set_delay(Duration::ZERO);
        let hurried = setting.crowd(1, 0, 0, 30_000);
        let patient = setting.crowd(8, 0, 0, -1);
        let reports = [hurried.reports(), patient.reports()].concat();
        signal(libc::SIGCONT);
        assert!(first.wait().unwrap().success());
        // The lock ends before its time: the request is then its own process's.
        assert_all_good(&reports);
        for report in &reports {
            assert!(report.number("longest_ms") < 30_000, "{report:?}");
        }
    });
}
