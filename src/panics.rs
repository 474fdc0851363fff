//! No panic leaves the library, and none of its panics prints.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{AcqRel, Relaxed};

thread_local! {
    /// How many calls of the library this thread is in: a logger may call back.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Runs what could panic; None if it did.
pub(crate) fn catch_panic<T>(f: impl FnOnce() -> T) -> Option<T> {
    keep_silent();
    DEPTH.with(|d| d.set(d.get() + 1));
    let outcome = catch_unwind(AssertUnwindSafe(f));
    DEPTH.with(|d| d.set(d.get() - 1));
    // A payload is not shown, since it may hold anything; not dropped, since that could panic again.
    outcome.map_err(std::mem::forget).ok()
}

/// A panic prints to stderr by default, which is the host's. Inside the library's own calls nothing
/// is printed; elsewhere the hook that was there before goes on.
pub(crate) fn keep_silent() {
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    if INSTALLED.load(Relaxed) || std::thread::panicking() || INSTALLED.swap(true, AcqRel) {
        return;
    }
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let inside = DEPTH.try_with(|d| d.get() > 0).unwrap_or(false);
        if !inside {
            before(info);
        }
    }));
}

#[cfg(test)]
mod tests;
