//! The cancellation of a client, and a sleep that it ends.

use std::sync::atomic::{Ordering, fence};
use std::time::Duration;

use crate::per_process::PerProcess;
use crate::sync::{AtomicBool, Condvar, Mutex, now};

pub(crate) struct Cancellation {
    cancelled: AtomicBool,
    sleepers: PerProcess<Sleepers>,
}

#[derive(Default)]
struct Sleepers {
    lock: Mutex<()>,
    woken: Condvar,
}

impl Cancellation {
    pub(crate) fn new() -> Self {
        Self {
            cancelled: AtomicBool::new(false),
            sleepers: PerProcess::new(),
        }
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    /// As [`Self::is_cancelled`], for a thread that has just published something which `cancel`'s
    /// caller looks for next: of the two threads at least one sees what the other did.
    pub(crate) fn is_cancelled_after_publishing(&self) -> bool {
        fence(Ordering::SeqCst);
        self.is_cancelled()
    }

    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        // The other half of `is_cancelled_after_publishing`.
        fence(Ordering::SeqCst);
        if let Some(sleepers) = self.sleepers.get() {
            // Through the lock, so that a sleeper that has just looked at the flag is asleep
            // before it is woken.
            drop(sleepers.lock.lock());
            sleepers.woken.notify_all();
        }
    }

    /// Sleeps, unless cancelled; returns whether it slept for the whole time.
    pub(crate) fn sleep(&self, time: Duration) -> bool {
        let until = now() + time;
        let sleepers = self.sleepers.get_or(Sleepers::default);
        let mut guard = sleepers.lock.lock();
        // `cancel` may have looked for sleepers before there were any.
        while !self.is_cancelled_after_publishing() {
            if now() >= until {
                return true;
            }
            guard = sleepers.woken.wait_until(guard, until);
        }
        false
    }
}
