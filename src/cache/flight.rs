//! One caller asks for all who wait.
//!
//! A flight is a lease: it ends when its leader lands it, drops it (a panic, too) or lets its time
//! run out, and then the next caller leads. What is true for all is shared with all who waited;
//! a leader's own time-out or cancellation is not, and wakes them to lead themselves.

use std::sync::Arc;
use std::time::Instant;

use crate::cancel::Cancel;
use crate::error::Failure;
use crate::fork::{ForkCell, Held};
use crate::sync::{Condvar, Mutex, MutexGuard, now};
use crate::token::Token;

pub(crate) type Landing = Result<Arc<Token>, Arc<Failure>>;

pub(crate) struct Flights {
    /// A child's first caller finds no flight: the leader, if there was one, is the parent's.
    board: ForkCell<Board>,
}

#[derive(Default)]
struct Board {
    lease: Mutex<Option<Arc<Lease>>>,
    changed: Condvar,
}

struct Lease {
    until: Instant,
    landing: Mutex<Option<Landing>>,
}

/// The right, and the duty, to ask.
pub(crate) struct Ticket {
    board: Held<Board>,
    lease: Arc<Lease>,
}

pub(crate) enum Turn {
    Lead(Ticket),
    /// The flight that was waited for has landed.
    Landed(Landing),
    /// Something changed that makes waiting needless.
    Look,
    TimedOut,
    Cancelled,
}

impl Flights {
    pub(crate) const fn new() -> Self {
        Self {
            board: ForkCell::new(),
        }
    }

    /// Leads where nobody does. For a refresh that nobody waits for.
    pub(crate) fn try_lead(&self, until: Instant) -> Option<Ticket> {
        let board = self.board.get_or(Board::default);
        let mut current = board.lock();
        if current.as_ref().is_some_and(|l| l.is_live(now())) {
            return None;
        }
        let lease = Lease::start(&mut current, until);
        drop(current);
        Some(Ticket { board, lease })
    }

    /// Leads where nobody does, waits for the leader elsewhere. `look` says, under the lock, that
    /// neither is needed.
    pub(crate) fn turn(&self, deadline: Instant, cancel: &Cancel, look: impl Fn() -> bool) -> Turn {
        let board = self.board.get_or(Board::default);
        let mut awaited: Option<Arc<Lease>> = None;
        let mut current = board.lock();
        loop {
            if cancel.is_cancelled() {
                return Turn::Cancelled;
            }
            // Read before the landing is looked for: what landed in time is never passed over.
            let now = now();
            if let Some(landing) = awaited.as_ref().and_then(|l| l.landing()) {
                return Turn::Landed(landing);
            }
            if look() {
                return Turn::Look;
            }
            if now >= deadline {
                return Turn::TimedOut;
            }
            let lease = match current.as_ref().filter(|l| l.is_live(now)) {
                Some(lease) => Arc::clone(lease),
                None => {
                    let lease = Lease::start(&mut current, deadline);
                    drop(current);
                    return Turn::Lead(Ticket { board, lease });
                }
            };
            let until = deadline.min(lease.until);
            awaited = Some(lease);
            current = board.changed.wait_until(current, until);
        }
    }

    /// Wakes all who wait, to look again.
    pub(crate) fn wake(&self) {
        if let Some(board) = self.board.get() {
            drop(board.lock());
            board.changed.notify_all();
        }
    }
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, Option<Arc<Lease>>> {
        self.lease.lock()
    }
}

impl Lease {
    fn start(current: &mut Option<Arc<Lease>>, until: Instant) -> Arc<Lease> {
        let lease = Arc::new(Lease {
            until,
            landing: Mutex::default(),
        });
        *current = Some(Arc::clone(&lease));
        lease
    }

    fn is_live(&self, now: Instant) -> bool {
        now < self.until
    }

    fn landing(&self) -> Option<Landing> {
        self.landing.lock().clone()
    }
}

impl Ticket {
    /// Tells all who wait. The entry's state is to be settled before, so that nobody who comes
    /// after asks again.
    pub(crate) fn land(self, landing: Landing) {
        *self.lease.landing.lock() = Some(landing);
        // Its drop ends the lease and wakes them.
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut current = self.board.lock();
        // Another leads already where this lease had run out.
        if current
            .as_ref()
            .is_some_and(|l| Arc::ptr_eq(l, &self.lease))
        {
            *current = None;
        }
        drop(current);
        self.board.changed.notify_all();
    }
}

#[cfg(all(test, loom))]
#[path = "flight_model.rs"]
#[allow(clippy::unwrap_used, clippy::panic)]
mod flight_model;
