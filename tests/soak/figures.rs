//! What the workers have told of themselves, and what must be the same at the end as at first.

use std::collections::BTreeMap;
use std::time::Duration;

use super::checks::{Check, Findings};
use super::ledger::Requests;
use super::workers::Settled;

/// Beyond the first settled state. The heap holds what threads are given once; what it has asked of
/// the system varies with their number and order.
const HEAP_BYTES: i64 = 128 * 1024;
const RESIDENT_KIB: i64 = 8 * 1024;

pub(crate) type Counts = BTreeMap<String, i64>;

/// By the numbers of the workers.
pub(crate) struct Told {
    workers: Vec<Worker>,
}

#[derive(Clone, Default)]
struct Worker {
    first: Option<Settled>,
    last: Option<Settled>,
    counts: Counts,
    is_round_over: bool,
    has_ended: bool,
}

impl Told {
    pub(crate) fn new(workers: usize) -> Self {
        Self {
            workers: vec![Worker::default(); workers],
        }
    }

    pub(crate) fn begin_round(&mut self) {
        for worker in &mut self.workers {
            worker.is_round_over = worker.has_ended;
        }
    }

    pub(crate) fn is_round_over(&self) -> bool {
        self.workers.iter().all(|worker| worker.is_round_over)
    }

    /// Those of which something is still to come.
    pub(crate) fn silent(&self) -> Vec<usize> {
        let numbers = 0..self.workers.len();
        numbers
            .filter(|n| !self.workers[*n].is_round_over)
            .collect()
    }

    pub(crate) fn counted(&mut self, number: usize, counts: Counts) {
        self.workers[number].counts = counts;
    }

    pub(crate) fn settled(&mut self, number: usize, settled: Settled) {
        let worker = &mut self.workers[number];
        worker.first.get_or_insert(settled);
        worker.last = Some(settled);
        worker.is_round_over = true;
    }

    pub(crate) fn ended(&mut self, number: usize) {
        self.workers[number].has_ended = true;
        self.workers[number].is_round_over = true;
    }
}

pub(crate) struct Figures {
    pub(crate) time: Duration,
    pub(crate) requests: Requests,
    pub(crate) told: Told,
}

impl Figures {
    pub(crate) fn workers(&self) -> usize {
        self.told.workers.len()
    }

    /// What the workers have counted by that name.
    fn counts(&self, name: &str) -> impl Iterator<Item = i64> {
        let workers = self.told.workers.iter();
        workers.filter_map(move |worker| worker.counts.get(name).copied())
    }

    /// Of all workers.
    pub(crate) fn sum(&self, name: &str) -> i64 {
        self.counts(name).sum()
    }

    pub(crate) fn longest_ms(&self, name: &str) -> i64 {
        self.counts(name).max().unwrap_or_default() / 1000
    }

    /// The numbers of the statuses that calls ended with.
    pub(crate) fn statuses(&self) -> Vec<i32> {
        let names = self
            .told
            .workers
            .iter()
            .flat_map(|worker| worker.counts.keys());
        let mut numbers: Vec<i32> = names.filter_map(|name| name.parse().ok()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// The most that any worker had at first and at the end.
    pub(crate) fn settled(&self, of: impl Fn(&Settled) -> i64) -> (i64, i64) {
        let most = |settled: fn(&Worker) -> &Option<Settled>| {
            let all = self
                .told
                .workers
                .iter()
                .filter_map(|worker| settled(worker).as_ref());
            all.map(&of).max().unwrap_or_default()
        };
        (most(|worker| &worker.first), most(|worker| &worker.last))
    }

    /// `keeps_a_connection` says that a process may have one at the end and none at first.
    pub(crate) fn check(&self, keeps_a_connection: bool, findings: &mut Findings) {
        for (number, worker) in self.told.workers.iter().enumerate() {
            let (Some(first), Some(last)) = (worker.first, worker.last) else {
                findings.add(Check::Growth, format!("worker {number} has not told"));
                continue;
            };
            #[rustfmt::skip]
            let rows = [
                ("KiB resident", first.resident_kib, last.resident_kib, RESIDENT_KIB),
                ("bytes of the heap", first.heap_bytes, last.heap_bytes, HEAP_BYTES),
                ("threads", first.threads, last.threads, 0),
                ("descriptors", first.descriptors, last.descriptors, i64::from(keeps_a_connection)),
            ];
            for (what, before, after, leeway) in rows {
                if after > before + leeway {
                    let text =
                        format!("worker {number}: {before} {what} at first, {after} at the end");
                    findings.add(Check::Growth, text);
                }
            }
        }
        let failures = self.statuses().into_iter().filter(|status| *status >= 10);
        #[rustfmt::skip]
        let rows = [
            ("calls", self.sum("calls")),
            ("tokens", self.sum("tokens")),
            ("kinds of failure", i64::try_from(failures.count()).unwrap_or(0) / 3),
            ("cancelled calls", self.sum("cancelled")),
            ("children", self.sum("forks")),
            ("lines of the log", self.sum("log_lines")),
            ("requests of momo_get_token", self.requests.of_get_token),
            ("requests of momo_create_token", self.requests.of_create_token),
        ];
        for (what, count) in rows {
            if count == 0 {
                findings.add(Check::Activity, format!("no {what}"));
            }
        }
    }
}
