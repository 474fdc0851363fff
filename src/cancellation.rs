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
    own: Arc<Level>,
    /// Of the handles that this one is a clone of, but those that were freed before. Not a chain: a
    /// program may make each clone of the last one.
    above: Vec<Arc<Level>>,
}

/// What one handle's cancellation ends.
#[derive(Default)]
struct Level {
    cancelled: AtomicBool,
    /// Nobody can cancel it any more.
    is_freed: AtomicBool,
    /// A bit for each room of a flight in which its calls wait, or have waited.
    rooms: AtomicU32,
}

impl Level {
    fn is_cancelled(&self) -> bool {
        self.cancelled.load(SeqCst)
    }
}

impl Cancellation {
    /// The cancellation of a clone: one of its own, and its parent's cancels it too.
    pub(crate) fn child(parent: &Self) -> Self {
        let counts = |level: &&Arc<Level>| !level.is_freed.load(SeqCst) || level.is_cancelled();
        Self {
            own: Arc::default(),
            above: parent.levels().filter(counts).cloned().collect(),
        }
    }

    fn levels(&self) -> impl Iterator<Item = &Arc<Level>> {
        std::iter::once(&self.own).chain(&self.above)
    }

    pub(crate) fn is_of_clone(&self) -> bool {
        !self.above.is_empty()
    }

    /// Not by what it is a clone of.
    pub(crate) fn is_cancelled_itself(&self) -> bool {
        self.own.is_cancelled()
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.levels().any(|level| level.is_cancelled())
    }

    /// To be called before a waiter asks whether it is cancelled.
    pub(crate) fn wait_in(&self, room: usize) {
        self.levels().for_each(|level| {
            level.rooms.fetch_or(1 << room, SeqCst);
        });
    }

    pub(crate) fn waits_in(&self, room: usize) -> bool {
        self.own.rooms.load(SeqCst) & (1 << room) != 0
    }

    /// Returns whether this was the first time.
    pub(crate) fn cancel(&self) -> bool {
        !self.own.cancelled.swap(true, SeqCst)
    }

    /// The last call upon its handle has ended.
    pub(crate) fn free(&self) {
        self.own.is_freed.store(true, SeqCst);
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
