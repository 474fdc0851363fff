//! Single flight: at most one request of an entry is under way, and every call that needs it waits.
//!
//! A flight ends when its leader finishes it, when the leader is dropped (a panic, too) or some
//! time after the moment when it should have ended, whatever became of the leader; the next call
//! then leads. A leader that is dropped has no outcome for others: its waiters look again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::per_process::Owned;
use crate::{Cancellation, Condvar, Deadline, Failure, Mutex, PerProcess, Progress, Token};

/// How late a request may end before it counts as lost.
const GRACE: Duration = Duration::from_millis(250);

/// How long a call waits on for a request that ends together with it: its outcome says more.
const ENDING: Duration = Duration::from_millis(20);

/// So many requests of an entry may hang, where a file system does not respond, before no other is
/// begun: each holds a thread.
const MAX_LEADERS: usize = 4;

/// A model of threads needs no second room.
const ROOMS: usize = if cfg!(loom) { 1 } else { 16 };

/// What a call does next.
#[derive(Clone)]
pub(crate) enum Step {
    Token(Arc<Token>),
    Failed(Arc<Failure>),
    /// Look at the entry again: it has changed, or nobody asks any more.
    LookAgain,
}

/// A forked child finds no flight: it is a thread of its parent's that leads it.
#[derive(Default)]
pub(crate) struct SingleFlight {
    slot: PerProcess<Slot>,
}

#[derive(Default)]
struct Slot {
    current: Mutex<Option<Arc<Flight>>>,
    /// Those that have not finished, also of flights that are lost.
    leaders: AtomicUsize,
}

pub(crate) struct Flight {
    pub(crate) progress: Arc<Progress>,
    /// Ends the request, if it is on a thread of the library.
    pub(crate) cancellation: Arc<Cancellation>,
    /// When the request ends by itself.
    ends: Deadline,
    rooms: [Room; ROOMS],
    next_room: AtomicUsize,
}

/// Where some of the waiters wait. All in one would queue for its lock when they wake up, and one in
/// each would have to be woken one by one: of 10,000 the last had the outcome after 0.6 s, and has it
/// after 0.09 s (two cores).
#[derive(Default)]
struct Room {
    /// What the flight has ended with.
    outcome: Mutex<Option<Step>>,
    changed: Condvar,
}

/// The right to make the request, and the duty to tell the waiters its outcome.
pub(crate) struct Leader {
    slot: Arc<Owned<Slot>>,
    pub(crate) flight: Arc<Flight>,
}

impl SingleFlight {
    /// Leads a request that ends at this time. An error is the one that is under way, or None if too
    /// many go on long after their end.
    pub(crate) fn lead(&self, ends: Deadline) -> Result<Leader, Option<Arc<Flight>>> {
        let slot = self.slot.get_or(Slot::default);
        let mut current = slot.current.lock();
        if let Some(flight) = current.as_ref().filter(|f| !f.lost_at().has_passed()) {
            return Err(Some(Arc::clone(flight)));
        }
        if slot.leaders.load(Ordering::Relaxed) >= MAX_LEADERS {
            return Err(None);
        }
        slot.leaders.fetch_add(1, Ordering::Relaxed);
        let flight = Arc::new(Flight {
            progress: Arc::new(Progress::begin()),
            cancellation: Arc::default(),
            ends,
            rooms: Default::default(),
            next_room: AtomicUsize::new(0),
        });
        *current = Some(Arc::clone(&flight));
        drop(current);
        Ok(Leader { slot, flight })
    }

    /// Whether this is the flight's place: a leader's client may use another entry by now.
    pub(crate) fn is_led_by(&self, leader: &Leader) -> bool {
        let slot = self.slot.get();
        slot.is_some_and(|slot| Arc::ptr_eq(&slot, &leader.slot))
    }

    /// Has the waiters in these rooms look at the entry, and whether they are cancelled.
    pub(crate) fn wake_waiters(&self, is_theirs: impl Fn(usize) -> bool) {
        if let Some(flight) = self.current() {
            for number in (0..ROOMS).filter(|number| is_theirs(*number)) {
                let room = &flight.rooms[number];
                // A waiter that has just looked is asleep before it is woken.
                drop(room.outcome.lock());
                room.changed.notify_all();
            }
        }
    }

    pub(crate) fn cancel_request(&self) {
        if let Some(flight) = self.current() {
            flight.cancellation.cancel();
        }
    }

    fn current(&self) -> Option<Arc<Flight>> {
        self.slot.get()?.current.lock().clone()
    }
}

impl Flight {
    /// Waits for the outcome while the entry is as the caller has seen it. None: the time was up.
    pub(crate) fn wait(
        &self,
        deadline: Deadline,
        cancellation: &Cancellation,
        mut is_as_seen: impl FnMut() -> bool,
    ) -> Option<Step> {
        let number = self.next_room.fetch_add(1, Ordering::Relaxed) % ROOMS;
        cancellation.wait_in(number);
        let room = &self.rooms[number];
        let (until, lost_at) = (self.wait_until(deadline), self.lost_at());
        let mut outcome = room.outcome.lock();
        loop {
            if cancellation.is_cancelled() {
                return Some(Step::Failed(Arc::new(Failure::cancelled())));
            }
            // The time is read before the outcome: an outcome that came in time is never missed.
            let (time_is_up, is_lost) = (until.has_passed(), lost_at.has_passed());
            // What changes the entry from now on wakes the waiter. A token holds for all who waited,
            // whatever has become of the entry since.
            if !matches!(*outcome, Some(Step::Token(_))) && !is_as_seen() {
                return Some(Step::LookAgain);
            }
            if outcome.is_some() {
                return outcome.clone();
            }
            if time_is_up {
                return None;
            }
            if is_lost {
                return Some(Step::LookAgain);
            }
            outcome = room.changed.wait_until(outcome, until.min(lost_at));
        }
    }

    fn wait_until(&self, deadline: Deadline) -> Deadline {
        if self.ends <= deadline + ENDING {
            deadline.max(self.ends + ENDING)
        } else {
            deadline
        }
    }

    fn lost_at(&self) -> Deadline {
        self.ends + GRACE
    }
}

impl Leader {
    /// Gives the outcome to every waiter. The entry's state must have been changed before, so that
    /// a call that comes later does not ask again.
    pub(crate) fn finish(&self, step: Step) {
        if self.flight.rooms[0].outcome.lock().is_some() {
            return;
        }
        self.slot.leaders.fetch_sub(1, Ordering::Relaxed);
        // A later call leads, unless another leads already: this flight may be lost.
        let is_mine = |flight: &mut Arc<Flight>| Arc::ptr_eq(flight, &self.flight);
        drop(self.slot.current.lock().take_if(is_mine));
        let Flight { rooms, .. } = &*self.flight;
        for room in rooms {
            *room.outcome.lock() = Some(step.clone());
        }
        // Whoever comes to another room from here on finds the outcome there.
        let used = self.flight.next_room.load(Ordering::Relaxed).min(ROOMS);
        for room in &rooms[..used] {
            room.changed.notify_all();
        }
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        self.finish(Step::LookAgain);
    }
}

#[cfg(all(test, loom))]
mod model;

#[cfg(all(test, not(loom)))]
mod tests;
