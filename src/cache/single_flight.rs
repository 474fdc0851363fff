//! Single flight: at most one request of an entry is under way, and every call that needs it waits.
//!
//! A flight ends when its leader finishes it, when the leader is dropped (a panic, too) or some
//! time after the moment when it should have ended, whatever became of the leader; the next call
//! then leads. A leader that is dropped has no outcome for others: its waiters look again.

use std::sync::Arc;
use std::time::Duration;

use crate::cancellation::Cancellation;
use crate::deadline::Deadline;
use crate::error::Failure;
use crate::net::progress::Progress;
use crate::per_process::{PerProcess, PerProcessRef};
use crate::sync::Mutex;
use crate::token::Token;
use crate::waits::{Sleep, Waits};

/// How late a request may end before it counts as lost.
const GRACE: Duration = Duration::from_millis(250);

/// How long a call waits on for a request whose time is up together with its own: the request's
/// outcome says more than that.
const ENDING: Duration = Duration::from_millis(20);

/// What a call does next.
#[derive(Clone)]
pub(crate) enum Step {
    Token(Arc<Token>),
    Failed(Arc<Failure>),
    /// Look at the entry again: it has changed, or nobody asks any more.
    LookAgain,
}

pub(crate) struct SingleFlight {
    /// A forked child finds no flight: it is a thread of its parent's that leads it.
    slot: PerProcess<Slot>,
}

#[derive(Default)]
struct Slot {
    current: Mutex<Option<Arc<Flight>>>,
}

/// A request that is under way.
pub(crate) struct Flight {
    pub(crate) progress: Arc<Progress>,
    /// Ends the request, if it is on a thread of the library.
    pub(crate) cancellation: Arc<Cancellation>,
    /// When the request ends by itself.
    ends: Deadline,
    /// What it ended with.
    step: Mutex<Option<Step>>,
    waits: Waits,
}

/// The right to make the request, and the duty to tell the waiters its outcome.
pub(crate) struct Leader {
    slot: PerProcessRef<Slot>,
    pub(crate) flight: Arc<Flight>,
}

/// A call that waits for a flight.
pub(crate) struct Waiter<'a> {
    flight: &'a Flight,
    cancellation: &'a Cancellation,
    sleep: Arc<Sleep>,
}

impl SingleFlight {
    pub(crate) const fn new() -> Self {
        Self {
            slot: PerProcess::new(),
        }
    }

    /// Leads a request that ends at this time. An error is the one that is under way.
    pub(crate) fn lead(&self, ends: Deadline) -> Result<Leader, Arc<Flight>> {
        let slot = self.slot.get_or(Slot::default);
        let mut current = slot.current.lock();
        if let Some(flight) = current.as_ref().filter(|f| f.is_of_use()) {
            return Err(Arc::clone(flight));
        }
        let flight = Arc::new(Flight::until(ends));
        *current = Some(Arc::clone(&flight));
        drop(current);
        Ok(Leader { slot, flight })
    }

    /// Whether this is the flight's place: a leader's client may use another entry by now.
    pub(crate) fn is_led_by(&self, leader: &Leader) -> bool {
        self.slot
            .get()
            .is_some_and(|slot| std::ptr::eq(&*slot, &*leader.slot))
    }

    /// Has every waiter look at the entry again.
    pub(crate) fn wake_waiters(&self) {
        if let Some(flight) = self.current() {
            flight.waits.interrupt();
        }
    }

    /// Ends the request of a thread of the library.
    pub(crate) fn cancel_request(&self) {
        if let Some(flight) = self.current() {
            flight.cancellation.cancel();
        }
    }

    fn current(&self) -> Option<Arc<Flight>> {
        let slot = self.slot.get()?;
        let current = slot.current.lock();
        current.as_ref().map(Arc::clone)
    }
}

impl Flight {
    fn until(ends: Deadline) -> Self {
        Self {
            progress: Arc::new(Progress::begin()),
            cancellation: Arc::new(Cancellation::new()),
            ends,
            step: Mutex::default(),
            waits: Waits::default(),
        }
    }

    /// A place to wait at. What changes the entry from now on wakes the waiter.
    pub(crate) fn waiter<'a>(&'a self, cancellation: &'a Cancellation) -> Waiter<'a> {
        let sleep = Arc::new(Sleep::default());
        let interrupt = sleep.as_interrupt();
        self.waits.add(&interrupt);
        // Whether it is cancelled already is asked before every sleep.
        cancellation.interrupts(&interrupt);
        Waiter {
            flight: self,
            cancellation,
            sleep,
        }
    }

    fn lost_at(&self) -> Deadline {
        self.ends + GRACE
    }

    fn is_lost(&self) -> bool {
        self.lost_at().has_passed()
    }

    /// It is under way, or its outcome came in time.
    fn is_of_use(&self) -> bool {
        let is_lost = self.is_lost();
        match self.step() {
            None => !is_lost,
            Some(Step::LookAgain) => false,
            Some(Step::Token(_) | Step::Failed(_)) => true,
        }
    }

    fn step(&self) -> Option<Step> {
        self.step.lock().clone()
    }

    /// Returns whether this is its end.
    fn end(&self, step: Step) -> bool {
        let mut end = self.step.lock();
        let is_first = end.is_none();
        end.get_or_insert(step);
        is_first
    }
}

impl Waiter<'_> {
    /// Waits for the outcome. None says that the time was up.
    pub(crate) fn wait(self, deadline: Deadline) -> Option<Step> {
        let until = if self.flight.ends <= deadline + ENDING {
            deadline.max(self.flight.ends + ENDING)
        } else {
            deadline
        };
        let mut interrupted = false;
        loop {
            if self.cancellation.is_cancelled() {
                return Some(Step::Failed(Arc::new(Failure::cancelled())));
            }
            // The time is read before the outcome: an outcome that came in time is never missed.
            let (time_is_up, is_lost) = (until.has_passed(), self.flight.is_lost());
            if let Some(step) = self.flight.step() {
                return Some(step);
            }
            if time_is_up {
                return None;
            }
            if interrupted || is_lost {
                return Some(Step::LookAgain);
            }
            interrupted = self.sleep.until(until.min(self.flight.lost_at()));
        }
    }
}

impl Leader {
    /// Gives the outcome to every waiter. The entry's state must have been changed before, so that
    /// a call that comes later does not ask again.
    pub(crate) fn finish(&self, step: Step) {
        if self.flight.end(step) {
            self.leave();
            self.flight.waits.interrupt();
        }
    }

    /// A later call leads, unless another leads already: this flight may be lost.
    fn leave(&self) {
        let mut current = self.slot.current.lock();
        let is_mine = |flight: &Arc<Flight>| Arc::ptr_eq(flight, &self.flight);
        if current.as_ref().is_some_and(is_mine) {
            *current = None;
        }
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        self.finish(Step::LookAgain);
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
