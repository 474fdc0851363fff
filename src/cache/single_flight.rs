//! Single flight: at most one request of an entry is under way, and every call that needs it waits.
//!
//! A flight ends when its leader finishes it, when the leader is dropped (a panic, too) or some
//! time after the moment when it should have ended, whatever became of the leader; the next call
//! then leads. A leader that is dropped has no outcome for others: its waiters look again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::cancellation::{Cancellation, Interrupt};
use crate::deadline::Deadline;
use crate::error::Failure;
use crate::net::progress::Progress;
use crate::per_process::{PerProcess, PerProcessRef};
use crate::sync::{Condvar, Mutex};
use crate::token::Token;

/// How late a request may end before it counts as lost.
const GRACE: Duration = Duration::from_millis(250);

/// How long a call waits on for a request whose time is up together with its own: the request's
/// outcome says more than that.
const ENDING: Duration = Duration::from_millis(20);

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
    rooms: [Room; ROOMS],
    next_room: AtomicUsize,
}

/// Where some of the waiters wait. All in one would queue for its lock when they wake up, and one in
/// each would have to be woken one by one: of 10,000 the last had the outcome after 0.6 s, and has it
/// after 0.09 s (two cores).
#[derive(Default)]
struct Room {
    news: Mutex<News>,
    changed: Condvar,
}

#[derive(Default)]
struct News {
    /// What the flight has ended with.
    step: Option<Step>,
    /// How often the waiters were told to look at the entry again.
    looks: u32,
}

/// The right to make the request, and the duty to tell the waiters its outcome.
pub(crate) struct Leader {
    slot: PerProcessRef<Slot>,
    pub(crate) flight: Arc<Flight>,
}

/// A call that waits for a flight.
pub(crate) struct Waiter<'a> {
    place: Arc<Place>,
    cancellation: &'a Cancellation,
    looks: u32,
}

struct Place {
    flight: Arc<Flight>,
    room: usize,
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
        if let Some(flight) = current.as_ref().filter(|f| !f.is_lost()) {
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
            flight.tell(|news| news.looks = news.looks.wrapping_add(1));
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
            rooms: std::array::from_fn(|_| Room::default()),
            next_room: AtomicUsize::new(0),
        }
    }

    /// A place to wait at. What changes the entry from now on wakes the waiter.
    pub(crate) fn waiter<'a>(self: &Arc<Self>, cancellation: &'a Cancellation) -> Waiter<'a> {
        let place = Arc::new(Place {
            flight: Arc::clone(self),
            room: self.next_room.fetch_add(1, Ordering::Relaxed) % ROOMS,
        });
        let interrupt: Weak<Place> = Arc::downgrade(&place);
        // Whether it is cancelled already is asked before every sleep.
        cancellation.interrupts(&(interrupt as Weak<dyn Interrupt>));
        let looks = place.room().news.lock().looks;
        Waiter {
            place,
            cancellation,
            looks,
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

    fn is_lost(&self) -> bool {
        self.lost_at().has_passed()
    }

    fn step(&self) -> Option<Step> {
        self.rooms[0].news.lock().step.clone()
    }

    /// Changes what each room knows, and wakes its waiters.
    fn tell(&self, change: impl Fn(&mut News)) {
        for room in &self.rooms {
            change(&mut room.news.lock());
            room.changed.notify_all();
        }
    }
}

impl Place {
    fn room(&self) -> &Room {
        &self.flight.rooms[self.room]
    }
}

impl Interrupt for Place {
    fn interrupt(&self) {
        // Through the lock, so that a waiter that has just looked is asleep before it is woken.
        drop(self.room().news.lock());
        self.room().changed.notify_all();
    }
}

impl Waiter<'_> {
    /// Waits for the outcome. None says that the time was up.
    pub(crate) fn wait(self, deadline: Deadline) -> Option<Step> {
        let Place { flight, .. } = &*self.place;
        let until = flight.wait_until(deadline);
        let room = self.place.room();
        let mut news = room.news.lock();
        loop {
            if self.cancellation.is_cancelled() {
                return Some(Step::Failed(Arc::new(Failure::cancelled())));
            }
            // The time is read before the outcome: an outcome that came in time is never missed.
            let (time_is_up, is_lost) = (until.has_passed(), flight.is_lost());
            if let Some(step) = &news.step {
                return Some(step.clone());
            }
            if time_is_up {
                return None;
            }
            if news.looks != self.looks || is_lost {
                return Some(Step::LookAgain);
            }
            news = room.changed.wait_until(news, until.min(flight.lost_at()));
        }
    }
}

impl Leader {
    /// Gives the outcome to every waiter. The entry's state must have been changed before, so that
    /// a call that comes later does not ask again.
    pub(crate) fn finish(&self, step: Step) {
        if self.flight.step().is_none() {
            self.leave();
            self.flight.tell(|news| news.step = Some(step.clone()));
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
