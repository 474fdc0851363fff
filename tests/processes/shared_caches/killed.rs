//! Processes that die at every step of a request, the lock in their hands.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use momo_mock_gateway::Gateway;

use super::process::Setting;
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
    let inject = format!("inject={call}:signal=KILL:when={number}");
    let mut strace = Command::new("strace");
    strace.args([
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        &format!("trace={call}"),
        "-e",
        &inject,
    ]);
    let host = setting.command(&["0", "0", "0", "-1"]);
    strace.arg(host.get_program()).args(host.get_args());
    strace.env_clear();
    strace.envs(std::env::vars_os().filter(|(name, _)| name == "PATH"));
    strace.envs(
        host.get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let status = strace
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let status = status.status().unwrap();
    assert!(
        status.code().is_none() || status.success(),
        "{call} {number}: {status}"
    );
    !status.success()
}

/// Each step with an entry of its own, all of them at once.
fn killed_everywhere(test: &str, place: &Place, expected: &[&str]) {
    let gateway = Gateway::start().unwrap();
    // Compiled once, and the directory is there.
    let mut setting = Setting::new(test, &gateway, "", &place.option());
    setting.options.push(("timeout", "2m".to_owned()));
    setting.one();
    let killed: Vec<(&str, u32)> = thread::scope(|scope| {
        let steps = STEPS
            .iter()
            .flat_map(|&(call, most)| (1..=most).map(move |n| (call, n)));
        let runs: Vec<_> = steps
            .enumerate()
            .map(|(index, (call, number))| {
                let setting = &setting;
                scope.spawn(move || {
                    let setting = Setting {
                        behaviour: format!("/delay-50/lifetime-{}", 3600 + index),
                        ..setting.clone()
                    };
                    if !is_killed(&setting, call, number) {
                        return None;
                    }
                    let start = Instant::now();
                    let report = setting.one();
                    assert_eq!(report.number("failed"), 0, "{call} {number}: {report:?}");
                    assert!(
                        start.elapsed() < LONGEST,
                        "{call} {number}: {:?}",
                        start.elapsed()
                    );
                    Some((call, number))
                })
            })
            .collect();
        runs.into_iter()
            .filter_map(|run| run.join().unwrap())
            .collect()
    });
    println!("killed at {killed:?}");
    for call in expected {
        assert!(
            killed.iter().any(|(at, _)| at == call),
            "never killed at {call}"
        );
    }
}

#[test]
fn a_process_killed_at_any_step_leaves_the_token_to_the_others() {
    Place::both(|place, name| {
        let steps: &[&str] = match place {
            Place::File(_) => &STEPS.map(|(call, _)| call),
            Place::Redis(_) => &["openat", "connect", "sendto", "recvfrom"],
        };
        killed_everywhere(&format!("killed-{name}"), place, steps);
    });
}

/// A process that is stopped, not dead: it keeps its lock for as long as a lock is good.
fn hangs(test: &str, place: &Place) {
    let gateway = Gateway::start().unwrap();
    let cache = place.option();
    let mut setting = Setting::new(test, &gateway, "", &cache);
    setting.options.push(("timeout", "2m".to_owned()));
    gateway.set_delay(Duration::from_secs(3));
    let mut first = setting
        .command(&["0", "0", "0", "-1"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait_for("request", || gateway.request_count() == 1);
    let id = libc::pid_t::try_from(first.id()).unwrap();
    // SAFETY: plain numbers; the child is not waited for yet, so the ID is still its own.
    let signal = |signal| assert_eq!(unsafe { libc::kill(id, signal) }, 0);
    signal(libc::SIGSTOP);
    gateway.set_delay(Duration::ZERO);
    let hurried = setting.crowd(1, 0, 0, 30_000);
    let patient = setting.crowd(8, 0, 0, -1);
    let hurried = &hurried.reports()[0];
    let patient = patient.reports();
    signal(libc::SIGCONT);
    assert!(first.wait().unwrap().success());
    // The lock ends before its time: the request is then its own process's.
    assert_eq!(
        (hurried.number("failed"), hurried.number("late")),
        (0, 0),
        "{hurried:?}"
    );
    for report in &patient {
        assert_eq!(report.number("failed"), 0, "{report:?}");
        assert!(report.number("longest_ms") < 30_000, "{report:?}");
    }
}

#[test]
fn a_process_that_hangs_holds_its_lock_for_five_seconds_at_most() {
    Place::both(|place, name| hangs(&format!("hangs-{name}"), place));
}
