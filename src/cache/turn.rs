//! Turn to ask the gateway: this process's, or another's with which it shares tokens.

use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::Arc;
use std::time::Duration;

use super::entry::Entry;
use super::plan::Plan;
use super::processes::{Found, Lock};
use super::single_flight::Step;
use crate::net::Limits;
use crate::sys::random;
use crate::{CallLog, Cancellation, Level, Now, Phase, Progress};

/// The pause between two looks whether another process is done: at first, and at most. It grows to
/// half the time waited so far: whoever waits for a token of 0.3 s has it at most 0.15 s later.
/// A look is two scripts: ten thousand processes that have waited for 2 s run 20,000 a second, half of
/// what a Redis server runs on a busy machine.
const MIN_PAUSE: Duration = Duration::from_millis(10);
const MAX_PAUSE: Duration = Duration::from_secs(1);

impl Entry {
    /// To be called by the one that leads in this process. Continues with a request, and with the
    /// lock by which other processes wait for it. Breaks off if another process has asked, or asks,
    /// or if this one has a token meanwhile.
    pub(crate) fn take_turn(
        &self,
        plan: &Plan,
        cancellation: &Arc<Cancellation>,
        progress: &Progress,
        log: &mut CallLog,
    ) -> ControlFlow<Step, Option<Lock>> {
        let Some(processes) = &self.processes else {
            return Continue(None);
        };
        let limits = Limits::new(plan.deadline, cancellation);
        let (mut lock, mut pause, seen) = (None, MIN_PAUSE, self.state());
        while !cancellation.is_cancelled() && !self.has_other_token(&seen) {
            // With the lock, too: whoever had it may have left a token since the last look.
            let Ok(found) = processes.read(&limits, log) else {
                return Continue(lock);
            };
            if let Some(step) = self.settled(found, &limits, log) {
                return Break(step);
            }
            if lock.is_some() {
                return Continue(lock);
            }
            let Ok(taken) = processes.lock(&limits, log) else {
                return Continue(None);
            };
            lock = taken;
            if lock.is_some() {
                continue;
            }
            let left = plan.wait_until.left();
            if left.is_zero() && !plan.is_refresh {
                // It may hang, and nobody has a token.
                return Continue(None);
            }
            progress.enter(Phase::OtherProcess);
            if left.is_zero() || cancellation.sleep(pause.min(left)).is_err() {
                break;
            }
            pause = next_pause(pause, random::unit());
        }
        Break(Step::LookAgain)
    }

    /// What another process has left, if it is of use here.
    fn settled(&self, found: Found, limits: &Limits, log: &mut CallLog) -> Option<Step> {
        let (processes, now) = (self.processes.as_ref()?, Now::read());
        if let Some(token) = found.token {
            if self.change(|state| state.adopt(&token, now)) {
                self.stats.tokens_adopted.add_one();
                log.record(Level::INFORMATION, || {
                    let place = &processes.place;
                    format!("took the token that another process has left in {place}")
                });
                return Some(Step::Token(token));
            }
            if self.state().was_invalidated(token.access()) {
                processes.invalidate(token.access(), limits, log);
            }
        }
        let (failure, left) = found.failure?;
        self.change(|state| state.cool_down(left, &failure, true, now));
        Some(Step::Failed(failure))
    }
}

/// At random up to twice as long: processes that began together do not go on in step.
fn next_pause(pause: Duration, random: f64) -> Duration {
    MAX_PAUSE.min(pause.mul_f64(1.0 + random))
}

#[cfg(test)]
mod tests;
