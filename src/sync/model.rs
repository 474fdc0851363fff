//! Parts of `sync` in a model: loom's locks, and a clock that only a thread of the model sets.
//!
//! Loom's own `wait_timeout` never times out, so the condition variable is built here: a sleeper
//! is woken by a notification, or by the clock when its time is up, and by nothing else. A
//! wake-up that is lost is therefore a deadlock, which loom reports.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

pub(crate) use loom::sync::atomic::AtomicBool;
use loom::sync::atomic::{AtomicU64, Ordering};
use loom::sync::{Condvar as Bell, Mutex as Lock, MutexGuard as Locked};

use crate::Deadline;

#[derive(Default)]
pub(crate) struct Mutex<T>(Lock<T>);

pub(crate) struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    locked: Locked<'a, T>,
}

/// Its address tells one from another.
#[derive(Default)]
pub(crate) struct Condvar(#[allow(dead_code)] u8);

struct Clock {
    now: AtomicU64,
    sleepers: Lock<Vec<Sleeper>>,
}

struct Sleeper {
    on: usize,
    until: u64,
    notified: bool,
    bell: Arc<Bell>,
}

loom::lazy_static! {
    static ref CLOCK: Clock = Clock {
        now: AtomicU64::new(0),
        sleepers: Lock::new(Vec::new()),
    };
}

/// This many seconds after the model's beginning.
pub(crate) fn at(seconds: u64) -> Deadline {
    Deadline(Duration::from_secs(seconds))
}

pub(crate) fn now() -> Duration {
    Duration::from_secs(CLOCK.now.load(Ordering::SeqCst))
}

/// What no thread can have read later than, nor will read earlier than: [`now`] without the
/// freedom of a load to be old.
pub(crate) fn now_for_all() -> Deadline {
    at(CLOCK.now.fetch_add(0, Ordering::SeqCst))
}

/// Lets the time pass, and wakes those whose time is up.
pub(crate) fn pass_to(seconds: u64) {
    let sleepers = CLOCK.sleepers.lock().unwrap();
    CLOCK.now.swap(seconds, Ordering::SeqCst);
    for sleeper in sleepers.iter().filter(|s| s.until <= seconds) {
        sleeper.bell.notify_one();
    }
}

impl<T> Mutex<T> {
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard {
            mutex: self,
            locked: self.0.lock().unwrap(),
        }
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.locked
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.locked
    }
}

impl Condvar {
    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    pub(crate) fn wait_until<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        until: Deadline,
    ) -> MutexGuard<'a, T> {
        let MutexGuard { mutex, locked } = guard;
        // Rounded up: who wakes up finds the time past.
        let until = until.0.as_millis().div_ceil(1000);
        let until = u64::try_from(until).unwrap();
        let bell = Arc::new(Bell::new());
        let mut sleepers = CLOCK.sleepers.lock().unwrap();
        sleepers.push(Sleeper {
            on: self.address(),
            until,
            notified: false,
            bell: Arc::clone(&bell),
        });
        // Asleep for all who notify once they can take the lock: as one step, like the real one.
        drop(locked);
        loop {
            let mine = |s: &Sleeper| Arc::ptr_eq(&s.bell, &bell);
            let me = sleepers.iter().position(mine).unwrap();
            if sleepers[me].notified || CLOCK.now.load(Ordering::SeqCst) >= until {
                sleepers.swap_remove(me);
                break;
            }
            sleepers = bell.wait(sleepers).unwrap();
        }
        drop(sleepers);
        mutex.lock()
    }

    pub(crate) fn notify_all(&self) {
        let mut sleepers = CLOCK.sleepers.lock().unwrap();
        let on = self.address();
        for sleeper in sleepers.iter_mut().filter(|s| s.on == on) {
            sleeper.notified = true;
            sleeper.bell.notify_one();
        }
    }
}
