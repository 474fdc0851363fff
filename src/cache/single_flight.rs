//! One caller, the leader, asks the gateway; the others, its waiters, share the outcome.
//!
//! A flight ends when its leader finishes it, when the leader is dropped (a panic, too) or when
//! the leader's deadline has passed, whatever became of the leader; the next caller then leads. An
//! outcome that holds for all is shared with every waiter. A leader that ran out of its own time
//! or was cancelled finishes without an outcome, and its waiters wake up to lead themselves.

use std::sync::Arc;

use crate::cancellation::Cancellation;
use crate::deadline::Deadline;
use crate::error::Failure;
use crate::per_process::{PerProcess, PerProcessRef};
use crate::sync::{Condvar, Mutex};
use crate::token::Token;

pub(crate) type Outcome = Result<Arc<Token>, Arc<Failure>>;

pub(crate) struct SingleFlight {
    /// A forked child finds no flight: the leader, where there was one, is its parent's thread.
    slot: PerProcess<Slot>,
}

/// The flight that is under way, if there is one.
#[derive(Default)]
struct Slot {
    current: Mutex<Option<Arc<Flight>>>,
    changed: Condvar,
}

struct Flight {
    deadline: Deadline,
    outcome: Mutex<Option<Outcome>>,
}

/// The right to ask the gateway, and the duty to tell the waiters when that is over.
pub(crate) struct Leader {
    slot: PerProcessRef<Slot>,
    flight: Arc<Flight>,
}

/// What a caller has to do next.
pub(crate) enum Role {
    /// Ask the gateway.
    Lead(Leader),
    /// Take the outcome of the flight that was waited for.
    Finished(Outcome),
    /// Look at the entry again: something changed that makes waiting needless.
    Recheck,
    TimedOut,
    Cancelled,
}

impl SingleFlight {
    pub(crate) const fn new() -> Self {
        Self {
            slot: PerProcess::new(),
        }
    }

    /// Leads where nobody does, and never waits.
    pub(crate) fn try_lead(&self, deadline: Deadline) -> Option<Leader> {
        let slot = self.slot.get_or(Slot::default);
        let mut current = slot.current.lock();
        if current
            .as_ref()
            .is_some_and(|f| f.is_under_way(Deadline::now()))
        {
            return None;
        }
        let flight = Flight::start(&mut current, deadline);
        drop(current);
        Some(Leader { slot, flight })
    }

    /// Leads where nobody does, and waits for the leader otherwise. `is_settled` is asked under
    /// the lock whether neither is needed any more.
    pub(crate) fn lead_or_wait(
        &self,
        deadline: Deadline,
        cancellation: &Cancellation,
        is_settled: impl Fn() -> bool,
    ) -> Role {
        let slot = self.slot.get_or(Slot::default);
        let mut awaited: Option<Arc<Flight>> = None;
        let mut current = slot.current.lock();
        loop {
            if cancellation.is_cancelled() {
                return Role::Cancelled;
            }
            // The time is read before the outcome: an outcome that came in time is never missed.
            let now = Deadline::now();
            if let Some(outcome) = awaited.as_ref().and_then(|f| f.outcome()) {
                return Role::Finished(outcome);
            }
            if is_settled() {
                return Role::Recheck;
            }
            if now >= deadline {
                return Role::TimedOut;
            }
            let flight = match current.as_ref().filter(|f| f.is_under_way(now)) {
                Some(flight) => Arc::clone(flight),
                None => {
                    let flight = Flight::start(&mut current, deadline);
                    drop(current);
                    return Role::Lead(Leader { slot, flight });
                }
            };
            let until = deadline.min(flight.deadline);
            awaited = Some(flight);
            current = slot.changed.wait_until(current, until);
        }
    }

    /// Whether this is the flight's place: a leader's client may use another entry by now.
    pub(crate) fn is_led_by(&self, leader: &Leader) -> bool {
        self.slot
            .get()
            .is_some_and(|slot| std::ptr::eq(&*slot, &*leader.slot))
    }

    /// Has every waiter look again.
    pub(crate) fn wake_waiters(&self) {
        if let Some(slot) = self.slot.get() {
            // Through the lock, so that a waiter that has just looked is asleep before it is woken.
            drop(slot.current.lock());
            slot.changed.notify_all();
        }
    }
}

impl Flight {
    fn start(current: &mut Option<Arc<Flight>>, deadline: Deadline) -> Arc<Flight> {
        let flight = Arc::new(Flight {
            deadline,
            outcome: Mutex::default(),
        });
        *current = Some(Arc::clone(&flight));
        flight
    }

    fn is_under_way(&self, now: Deadline) -> bool {
        now < self.deadline
    }

    fn outcome(&self) -> Option<Outcome> {
        self.outcome.lock().clone()
    }
}

impl Leader {
    /// Gives the outcome to every waiter. The entry's state must have been changed before, so that
    /// a caller that comes later does not ask again.
    pub(crate) fn finish(self, outcome: Outcome) {
        *self.flight.outcome.lock() = Some(outcome);
        // The drop ends the flight and wakes the waiters.
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        let mut current = self.slot.current.lock();
        // Where this leader's deadline has passed, another may lead already.
        if current
            .as_ref()
            .is_some_and(|f| Arc::ptr_eq(f, &self.flight))
        {
            *current = None;
        }
        drop(current);
        self.slot.changed.notify_all();
    }
}

#[cfg(all(test, loom))]
#[path = "single_flight_model.rs"]
#[allow(clippy::unwrap_used, clippy::panic)]
mod model;

#[cfg(all(test, not(loom)))]
#[path = "single_flight_tests.rs"]
#[allow(clippy::unwrap_used)]
mod tests;
