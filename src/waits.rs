//! Waits that another thread can end: a thread's sleep, and the list of those who wait for one event.

use std::sync::{Arc, Weak};

use crate::deadline::Deadline;
use crate::sync::{Condvar, Mutex};

/// Something that a thread waits for: a connection, a look-up, a sleep.
pub(crate) trait Interrupt: Send + Sync {
    /// Ends the wait, from another thread.
    fn interrupt(&self);
}

/// Those who wait for one event.
#[derive(Default)]
pub(crate) struct Waits(Mutex<Vec<Weak<dyn Interrupt>>>);

impl Waits {
    pub(crate) fn add(&self, wait: &Weak<dyn Interrupt>) {
        let mut waits = self.0.lock();
        if waits.len() == waits.capacity() {
            waits.retain(|other| other.strong_count() > 0);
            // So that this is done seldom, however many live.
            let live = waits.len();
            waits.reserve(live + 1);
        }
        waits.push(Weak::clone(wait));
    }

    /// Ends each of these waits; whoever waits on is interrupted again the next time.
    pub(crate) fn interrupt(&self) {
        for wait in self.0.lock().iter().filter_map(Weak::upgrade) {
            wait.interrupt();
        }
    }

    #[cfg(all(test, not(loom)))]
    pub(crate) fn capacity(&self) -> usize {
        self.0.lock().capacity()
    }
}

/// A sleep of one thread.
#[derive(Default)]
pub(crate) struct Sleep {
    interrupted: Mutex<bool>,
    woken: Condvar,
}

impl Sleep {
    pub(crate) fn as_interrupt(self: &Arc<Self>) -> Weak<dyn Interrupt> {
        let weak = Arc::downgrade(self);
        weak
    }

    /// Returns whether it was interrupted before the deadline; since the last call, that is.
    pub(crate) fn until(&self, deadline: Deadline) -> bool {
        let mut interrupted = self.interrupted.lock();
        while !*interrupted {
            if deadline.has_passed() {
                return false;
            }
            interrupted = self.woken.wait_until(interrupted, deadline);
        }
        *interrupted = false;
        true
    }
}

impl Interrupt for Sleep {
    fn interrupt(&self) {
        *self.interrupted.lock() = true;
        self.woken.notify_all();
    }
}
