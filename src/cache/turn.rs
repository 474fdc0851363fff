//! Whose turn it is to ask the gateway: this process's, or another's with which it shares tokens.

use std::sync::Arc;
use std::time::Duration;

use super::entry::Entry;
use super::shared::{Found, Lock, SharedEntry};
use super::single_flight::Outcome;
use crate::cancellation::Cancellation;
use crate::clock::Now;
use crate::deadline::Deadline;
use crate::gateway::retry::random;
use crate::log::{CallLog, Level};

/// The pause between two looks whether another process is done: at first, and at most. It grows to
/// half the time waited so far: whoever waits for a token of 0.3 s has it at most 0.15 s later.
/// A look is two scripts: ten thousand processes that have waited for 2 s run 20,000 a second, half of
/// what a Redis server runs on a busy machine.
const MIN_PAUSE: Duration = Duration::from_millis(10);
const MAX_PAUSE: Duration = Duration::from_secs(1);

/// How long to wait for another process's request.
#[derive(Clone, Copy)]
pub(crate) struct Wait {
    pub(crate) until: Deadline,
    pub(crate) deadline: Deadline,
}

pub(crate) enum Turn {
    /// Ask, and keep this meanwhile: it has other processes wait, where there are any.
    Ours(Option<Lock>),
    /// Another process has asked.
    Settled(Outcome),
    /// Another process is still asking.
    Theirs,
}

impl Entry {
    /// To be called by whoever leads in this process. None where that was cancelled.
    pub(crate) fn take_turn(
        &self,
        wait: Wait,
        cancellation: &Cancellation,
        log: &mut CallLog,
    ) -> Option<Turn> {
        let Some(shared) = &self.shared else {
            return Some(Turn::Ours(None));
        };
        let mut lock = None;
        let mut pause = MIN_PAUSE;
        loop {
            if cancellation.is_cancelled() {
                return None;
            }
            // With the lock, too: whoever had it may have shared a token since the last look.
            let Ok(found) = shared.read(wait.deadline, log) else {
                return Some(Turn::Ours(lock));
            };
            if let Some(outcome) = self.settled(shared, found, wait.deadline, log) {
                return Some(Turn::Settled(outcome));
            }
            if lock.is_some() {
                return Some(Turn::Ours(lock));
            }
            match shared.lock(wait.deadline, log) {
                Ok(Some(ours)) => {
                    lock = Some(ours);
                    continue;
                }
                Ok(None) => {}
                Err(_) => return Some(Turn::Ours(None)),
            }
            let left = wait.until.left();
            if left.is_zero() {
                return Some(Turn::Theirs);
            }
            if !cancellation.sleep(pause.min(left)) {
                return None;
            }
            pause = next_pause(pause, random());
        }
    }

    /// What another process has left, where it is of use here.
    fn settled(
        &self,
        shared: &SharedEntry,
        found: Found,
        deadline: Deadline,
        log: &mut CallLog,
    ) -> Option<Outcome> {
        let now = Now::read();
        if let Some(found) = found.token {
            if self.adopt(&found.token, now) {
                log.record(Level::Information, || {
                    format!(
                        "took the token that another process has left in {}",
                        shared.place()
                    )
                });
                return Some(Ok(Arc::clone(&found.token)));
            }
            if self.state().was_invalidated(found.token.access()) {
                shared.remove(&found, deadline, log);
            }
        }
        let (failure, left) = found.failure?;
        self.failed_elsewhere(&failure, left, now);
        Some(Err(failure))
    }
}

/// Longer by nothing to as much again; `random` is from 0 to 1. Processes that began together do not
/// go on in step.
fn next_pause(pause: Duration, random: f64) -> Duration {
    MAX_PAUSE.min(pause.mul_f64(1.0 + random))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "turn_tests.rs"]
mod tests;
