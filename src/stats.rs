//! Counters of an entry's requests. They change when the library asks the gateway or a call waits,
//! and never on the way of a fresh token.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::clock::Now;
use crate::error::Status;

/// A forked child goes on from its parent's numbers.
#[derive(Default)]
pub(crate) struct Stats {
    requests: AtomicU64,
    tokens_issued: AtomicU64,
    tokens_adopted: AtomicU64,
    failures: [AtomicU64; FailureGroup::COUNT],
    retries: AtomicU64,
    refreshes: AtomicU64,
    failed_refreshes: AtomicU64,
    waits: AtomicU64,
    longest_wait_ms: AtomicU64,
    invalidations: AtomicU64,
    /// One more than the milliseconds; 0 before the first request.
    last_request_ms: AtomicU64,
    last_failure_status: AtomicI64,
    /// Unix seconds.
    last_failure_at: AtomicU64,
}

/// What a failure is about, as the ranges of the status values have it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FailureGroup {
    Network,
    Credentials,
    RateLimit,
    Server,
    Response,
}

/// The numbers at one moment.
pub(crate) struct Snapshot {
    pub(crate) requests: u64,
    pub(crate) tokens_issued: u64,
    pub(crate) tokens_adopted: u64,
    pub(crate) failures: [u64; FailureGroup::COUNT],
    pub(crate) retries: u64,
    pub(crate) refreshes: u64,
    pub(crate) failed_refreshes: u64,
    pub(crate) waits: u64,
    pub(crate) longest_wait_ms: u64,
    pub(crate) invalidations: u64,
    pub(crate) last_request_ms: Option<u64>,
    pub(crate) last_failure_status: i64,
    pub(crate) last_failure_at: u64,
}

impl FailureGroup {
    pub(crate) const COUNT: usize = 5;

    /// None for what says nothing about the gateway: a cancelled call, a bug.
    fn of(status: Status) -> Option<Self> {
        match status as i32 {
            10..=14 => Some(Self::Network),
            20..=22 => Some(Self::Credentials),
            23 => Some(Self::RateLimit),
            24 => Some(Self::Server),
            25 | 26 => Some(Self::Response),
            _ => None,
        }
    }
}

fn add_one(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX - 1)
}

impl Stats {
    /// A request reached its end; None as its failure where it brought a token.
    pub(crate) fn request_ended(&self, failure: Option<Status>, took: Duration) {
        add_one(&self.requests);
        self.last_request_ms.store(millis(took) + 1, Relaxed);
        let Some(status) = failure else {
            return add_one(&self.tokens_issued);
        };
        if let Some(group) = FailureGroup::of(status) {
            add_one(&self.failures[group as usize]);
            self.last_failure_status.store(status as i64, Relaxed);
            let at = Now::read().wall.as_secs();
            self.last_failure_at.store(at, Relaxed);
        }
    }

    pub(crate) fn retry_began(&self) {
        add_one(&self.retries);
    }

    pub(crate) fn refresh_ended(&self, failed: bool) {
        add_one(&self.refreshes);
        if failed {
            add_one(&self.failed_refreshes);
        }
    }

    /// A caller waited for the request of another.
    pub(crate) fn waited(&self, time: Duration) {
        add_one(&self.waits);
        self.longest_wait_ms.fetch_max(millis(time), Relaxed);
    }

    /// A token was taken from other processes.
    pub(crate) fn adopted(&self) {
        add_one(&self.tokens_adopted);
    }

    pub(crate) fn invalidated(&self) {
        add_one(&self.invalidations);
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let get = |counter: &AtomicU64| counter.load(Relaxed);
        Snapshot {
            requests: get(&self.requests),
            tokens_issued: get(&self.tokens_issued),
            tokens_adopted: get(&self.tokens_adopted),
            failures: self.failures.each_ref().map(get),
            retries: get(&self.retries),
            refreshes: get(&self.refreshes),
            failed_refreshes: get(&self.failed_refreshes),
            waits: get(&self.waits),
            longest_wait_ms: get(&self.longest_wait_ms),
            invalidations: get(&self.invalidations),
            last_request_ms: get(&self.last_request_ms).checked_sub(1),
            last_failure_status: self.last_failure_status.load(Relaxed),
            last_failure_at: get(&self.last_failure_at),
        }
    }
}

#[cfg(test)]
#[path = "stats_tests.rs"]
mod tests;
