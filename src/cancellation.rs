//! Cancellation of a client's calls: its own, or that of the client that it is a clone of.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use crate::sync::AtomicBool;
use crate::{Deadline, Failure};

/// How long a cancellation is not seen at most. Only the waiters of a request wait longer: there may
/// be thousands, and whoever cancels wakes them.
pub(crate) const MAX_WAIT: Duration = Duration::from_millis(25);

#[derive(Default)]
pub(crate) struct Cancellation {
    cancelled: AtomicBool,
    /// A bit for each room of a flight in which its calls wait, or have waited.
    rooms: AtomicU32,
    /// None of the client itself.
    pub(crate) parent: Option<Arc<Cancellation>>,
}

impl Cancellation {
    /// The cancellation of a clone: one of its own, and its parent's cancels it too.
    pub(crate) fn child(parent: &Arc<Self>) -> Self {
        Self {
            parent: Some(Arc::clone(parent)),
            ..Self::default()
        }
    }

    fn with_parents(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |level| level.parent.as_deref())
    }

    /// Not by what it is a clone of.
    pub(crate) fn is_cancelled_itself(&self) -> bool {
        self.cancelled.load(SeqCst)
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.with_parents().any(Self::is_cancelled_itself)
    }

    /// To be called before a waiter asks whether it is cancelled.
    pub(crate) fn wait_in(&self, room: usize) {
        self.with_parents().for_each(|level| {
            level.rooms.fetch_or(1 << room, SeqCst);
        });
    }

    pub(crate) fn waits_in(&self, room: usize) -> bool {
        self.rooms.load(SeqCst) & (1 << room) != 0
    }

    /// Returns whether this was the first time.
    pub(crate) fn cancel(&self) -> bool {
        !self.cancelled.swap(true, SeqCst)
    }

    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.is_cancelled() {
            return Err(Failure::cancelled());
        }
        Ok(())
    }

    /// Sleeps for the whole time, unless it is cancelled.
    pub(crate) fn sleep(&self, time: Duration) -> Result<(), Failure> {
        let until = Deadline::after(time);
        while !until.has_passed() {
            self.check()?;
            std::thread::sleep(until.left().min(MAX_WAIT));
        }
        self.check()
    }
}

#[cfg(test)]
mod tests;
