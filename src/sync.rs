//! The locks, the waits and the clock of single flights. In the model of
//! `cache/single_flight/model.rs`, `sync/model.rs` stands in for this file with those of loom, which
//! tries every order in which threads can meet.
//!
//! A poisoned lock is used on: what is locked here is whole whenever a panic can come.

pub(crate) use std::sync::atomic::AtomicBool;
use std::sync::{self, MutexGuard, PoisonError};
use std::time::Duration;

use crate::Deadline;
pub(crate) use crate::sys::boot as now;

const SLICE: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(crate) struct Mutex<T>(sync::Mutex<T>);

#[derive(Default)]
pub(crate) struct Condvar(sync::Condvar);

impl<T> Mutex<T> {
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Condvar {
    /// Waits until it is notified, no longer than until then, or for no reason at all. In slices:
    /// the system's clock for waits stands still while the machine sleeps, and a deadline's goes on.
    pub(crate) fn wait_until<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        until: Deadline,
    ) -> MutexGuard<'a, T> {
        let slice = until.left().min(SLICE);
        let waited = self.0.wait_timeout(guard, slice);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }
}
