//! A wait that a client's cancellation ends.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::fork::ForkCell;

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
    pub(crate) const fn new() -> Self {
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
            drop(bed.lock.lock().unwrap_or_else(PoisonError::into_inner));
            bed.woken.notify_all();
        }
    }

    /// Sleeps, unless cancelled; returns whether it slept through.
    pub(crate) fn sleep(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        let bed = self.bed.get_or(Bed::default);
        let mut guard = bed.lock.lock().unwrap_or_else(PoisonError::into_inner);
        while !self.is_cancelled() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            guard = bed
                .woken
                .wait_timeout(guard, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        false
    }
}
