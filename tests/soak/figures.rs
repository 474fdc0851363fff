//! What the workers have counted, and what must be the same at the end as at first.

use std::collections::BTreeMap;

use super::checks::Findings;

/// By their names in tests/c/soak_report.h; of a status by its name.
pub(crate) type Numbers = BTreeMap<String, i64>;

/// What may be more at the end than after the first round, and by how much. The heap holds what threads
/// are given once; what it has asked of the system varies with their number and order. A process may keep
/// so many connections that had none at first.
fn leeway(connections: i64) -> [(&'static str, i64); 4] {
    [
        ("resident_kib", 8 * 1024),
        ("heap_bytes", 128 * 1024),
        ("threads", 0),
        ("descriptors", connections),
    ]
}

pub(crate) fn check_growth(rounds: &[Vec<Numbers>], connections: i64, findings: &mut Findings) {
    for (number, rounds) in rounds.iter().enumerate() {
        let [first, .., last] = &rounds[..] else {
            findings.add("growth", format!("worker {number} has not told"));
            continue;
        };
        for (name, leeway) in leeway(connections) {
            let (before, after) = (first[name], last[name]);
            if after > before + leeway {
                let text = format!("worker {number}: {name} {before} at first, {after} at the end");
                findings.add("growth", text);
            }
        }
    }
}

/// Of all workers: the sum, or what is the most.
pub(crate) fn together(rounds: &[Vec<Numbers>]) -> Numbers {
    let is_most =
        |name: &str| name.starts_with("most_") || leeway(0).iter().any(|(n, _)| *n == name);
    let mut all = Numbers::new();
    for (name, number) in rounds.iter().filter_map(|rounds| rounds.last()).flatten() {
        let so_far = all.entry(name.clone()).or_default();
        *so_far = if is_most(name) {
            *number.max(so_far)
        } else {
            *so_far + number
        };
    }
    all
}

pub(crate) fn check_activity(numbers: &Numbers, findings: &mut Findings) {
    let names = "calls tokens cancelled forks log_lines requests_to_get requests_to_create";
    for name in names.split(' ') {
        if numbers.get(name).is_none_or(|number| *number == 0) {
            findings.add("activity", format!("no {name}"));
        }
    }
    let statuses = numbers.keys().filter(|name| name.starts_with("MOMO_"));
    if statuses.filter(|name| *name != "MOMO_OK").count() < 3 {
        findings.add("activity", "too few kinds of failure");
    }
}
