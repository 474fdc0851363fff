//! A wait that a client's cancellation ends.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::fork::ForkCell;
use crate::sync::{AtomicBool, Condvar, Mutex, now};

#[derive(Default)]
struct Bed {
    lock: Mutex<()>,
    woken: Condvar,
}

pub(crate) struct Cancel {
    cancelled: AtomicBool,
    bed: ForkCell<Bed>,
}

impl Cancel {
    pub(crate) fn new() -> Self {
        Self {
            cancelled: AtomicBool::new(false),
            bed: ForkCell::new(),
        }
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        if let Some(bed) = self.bed.get() {
            // Through the lock, so that a sleeper that has just looked at the flag is asleep
            // before it is woken.
            drop(bed.lock.lock());
            bed.woken.notify_all();
        }
    }

    /// Sleeps, unless cancelled; returns whether it slept through.
    pub(crate) fn sleep(&self, time: Duration) -> bool {
        let until = now() + time;
        let bed = self.bed.get_or(Bed::default);
        let mut guard = bed.lock.lock();
        while !self.is_cancelled() {
            if now() >= until {
                return true;
            }
            guard = bed.woken.wait_until(guard, until);
        }
        false
    }
}
