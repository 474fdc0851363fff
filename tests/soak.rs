//! `make soak MINUTES=n`: many threads of many processes ask for tokens while the gateway misbehaves
//! in another way each second and credentials are replaced. Each cache has its part of the time;
//! CACHE=redis is for one alone.
#![allow(clippy::unwrap_used)]

#[path = "soak/mod.rs"]
mod soak;

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::Duration;

use soak::checks::CHECKS;
use soak::figures::Numbers;
use soak::run::{Plan, Run};
use soak::schedule::Schedule;

const PROCESSES: usize = 8;
const THREADS: usize = 32;

/// With the time between two calls of a thread: without a cache every call is a request.
const CACHES: [(&str, Duration); 5] = [
    ("process", Duration::from_millis(40)),
    ("client", Duration::from_millis(40)),
    ("none", Duration::from_secs(3)),
    ("file", Duration::from_millis(40)),
    ("redis", Duration::from_millis(40)),
];

/// For which clients live, or less if the time is short: there are at least two rounds.
const LONGEST_ROUND: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    let minutes = std::env::var("MINUTES").unwrap_or_else(|_| "1".to_owned());
    let minutes: f64 = minutes.parse().expect("MINUTES is a number");
    let wanted = std::env::var("CACHE").ok();
    let is_wanted = |cache: &str| wanted.as_ref().is_none_or(|name| name == cache);
    let caches: Vec<_> = CACHES.iter().filter(|(name, _)| is_wanted(name)).collect();
    assert!(!caches.is_empty(), "there is no cache {wanted:?}");
    let time = Duration::from_secs_f64(minutes * 60.0 / caches.len() as f64);
    let rounds = 2.max(time.div_duration_f64(LONGEST_ROUND).ceil() as u32);
    let mut schedule = Schedule::default();
    let mut columns = Vec::new();
    let mut failed = 0;
    for &&(cache, pause) in &caches {
        let plan = Plan {
            cache,
            processes: PROCESSES,
            threads: THREADS,
            pause,
            rounds,
            round: time / rounds,
            patience: Duration::from_secs(60),
            environment: Vec::new(),
        };
        let (numbers, findings) = Run::of(plan, &mut schedule);
        failed += findings.print(cache);
        columns.push((cache, numbers));
    }
    print(&columns);
    let passed = caches.len() * CHECKS.len() - failed;
    println!("{passed} passed, {failed} failed");
    ExitCode::from(u8::from(failed > 0))
}

/// The figures of all caches, side by side.
fn print(columns: &[(&str, Numbers)]) {
    let row = |name: &str, cells: Vec<String>| {
        let cells = cells.into_iter().map(|cell| format!("{cell:>12}"));
        println!("{name:<32}{}", cells.collect::<String>());
    };
    let caches = columns.iter().map(|(cache, _)| (*cache).to_owned());
    row("", caches.collect());
    let names = columns.iter().flat_map(|(_, numbers)| numbers.keys());
    for name in names.collect::<BTreeSet<_>>() {
        let numbers = columns.iter().map(|(_, numbers)| numbers.get(name));
        row(name, numbers.map(|n| n.unwrap_or(&0).to_string()).collect());
    }
}
