//! Cancellation of a client's calls: its own, or that of the client that it is a clone of.

use std::sync::atomic::{Ordering, fence};
use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::deadline::Deadline;
use crate::per_process::PerProcess;
use crate::sync::{AtomicBool, Condvar, Mutex};

/// Something that a thread waits for: a request of another thread, a sleep.
pub(crate) trait Interrupt: Send + Sync {
    /// Ends the wait, from another thread.
    fn interrupt(&self);
}

pub(crate) struct Cancellation {
    cancelled: AtomicBool,
    /// What this process's calls wait for, those of clones too.
    waits: PerProcess<Mutex<Vec<Weak<dyn Interrupt>>>>,
    parent: Option<Arc<Cancellation>>,
}

impl Cancellation {
    pub(crate) fn new() -> Self {
        Self {
            cancelled: AtomicBool::new(false),
            waits: PerProcess::new(),
            parent: None,
        }
    }

    /// The cancellation of a clone: one of its own, and its parent's cancels it too.
    pub(crate) fn child(parent: &Arc<Self>) -> Self {
        Self {
            parent: Some(Arc::clone(parent)),
            ..Self::new()
        }
    }

    fn with_parents(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |level| level.parent.as_deref())
    }

    /// Not by what it is a clone of.
    pub(crate) fn is_cancelled_itself(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.with_parents()
            .any(|level| level.cancelled.load(Ordering::SeqCst))
    }

    /// Has `wait` interrupted where this is cancelled from now on. Returns false where it is
    /// cancelled already.
    pub(crate) fn interrupts(&self, wait: &Weak<dyn Interrupt>) -> bool {
        for level in self.with_parents() {
            let waits = level.waits.get_or(Mutex::default);
            let mut waits = waits.lock();
            if waits.len() == waits.capacity() {
                waits.retain(|other| other.strong_count() > 0);
                // So that this is done seldom, however many live.
                let live = waits.len();
                waits.reserve(live + 1);
            }
            waits.push(Weak::clone(wait));
        }
        // Of this thread and the one that cancels, at least one sees what the other did.
        fence(Ordering::SeqCst);
        !self.is_cancelled()
    }

    /// Returns whether this was the first time.
    pub(crate) fn cancel(&self) -> bool {
        let was_cancelled = self.cancelled.swap(true, Ordering::SeqCst);
        // The other half of the fence in `interrupts`.
        fence(Ordering::SeqCst);
        if let Some(waits) = self.waits.get() {
            let waits = std::mem::take(&mut *waits.lock());
            for wait in waits.iter().filter_map(Weak::upgrade) {
                wait.interrupt();
            }
        }
        !was_cancelled
    }

    /// Sleeps, unless cancelled; returns whether it slept for the whole time.
    pub(crate) fn sleep(&self, time: Duration) -> bool {
        let until = Deadline::after(time);
        let sleep = Arc::new(Sleep::default());
        let interrupt: Weak<Sleep> = Arc::downgrade(&sleep);
        if !self.interrupts(&(interrupt as Weak<dyn Interrupt>)) {
            return false;
        }
        let mut interrupted = sleep.interrupted.lock();
        while !*interrupted {
            if until.has_passed() {
                return true;
            }
            interrupted = sleep.woken.wait_until(interrupted, until);
        }
        false
    }
}

#[derive(Default)]
struct Sleep {
    interrupted: Mutex<bool>,
    woken: Condvar,
}

impl Interrupt for Sleep {
    fn interrupt(&self) {
        *self.interrupted.lock() = true;
        self.woken.notify_all();
    }
}

#[cfg(all(test, not(loom)))]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "cancellation_tests.rs"]
mod tests;

#[cfg(all(test, loom))]
#[path = "cancellation_model.rs"]
#[allow(clippy::unwrap_used)]
mod model;
