//! What every function of the interface goes through.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::momo_error;
use crate::error::Failure;
use crate::error::momo_status;

thread_local! {
    /// How many of our own calls this thread is in: a logger may call back.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Runs a call: clears the error, catches what panics, hands out what failed.
///
/// # Safety
/// `error` is NULL or valid for writing one pointer.
pub(super) unsafe fn call(
    error: *mut *mut momo_error,
    f: impl FnOnce() -> Result<(), Failure>,
) -> momo_status {
    if !error.is_null() {
        // SAFETY: not NULL, and so valid by this function's own contract.
        unsafe { *error = std::ptr::null_mut() };
    }
    let outcome = caught(f).unwrap_or_else(|| Err(Failure::internal("a panic was caught")));
    let Err(failure) = outcome else {
        return momo_status::MOMO_OK;
    };
    let status = failure.status;
    if !error.is_null() {
        // SAFETY: as above.
        unsafe { *error = momo_error::hand_out(failure) };
    }
    status
}

/// Runs what cannot fail but could still panic; None where it did.
pub(super) fn caught<T>(f: impl FnOnce() -> T) -> Option<T> {
    keep_panics_silent();
    DEPTH.with(|d| d.set(d.get() + 1));
    let outcome = catch_unwind(AssertUnwindSafe(f));
    DEPTH.with(|d| d.set(d.get() - 1));
    match outcome {
        Ok(value) => Some(value),
        Err(payload) => {
            // Not shown, since it may hold anything; not dropped, since that could panic again.
            std::mem::forget(payload);
            None
        }
    }
}

/// A panic prints to stderr by default, which is the host's. Inside our own calls nothing is
/// printed; elsewhere the hook that was there before goes on.
fn keep_panics_silent() {
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    if INSTALLED.load(Ordering::Relaxed) || std::thread::panicking() {
        return;
    }
    if INSTALLED.swap(true, Ordering::AcqRel) {
        return;
    }
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let ours = DEPTH.try_with(|d| d.get() > 0).unwrap_or(false);
        if !ours {
            before(info);
        }
    }));
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_internal_error_that_shows_nothing() {
        let mut error = std::ptr::null_mut();
        // SAFETY: `error` is a pointer of this test's own.
        let status = unsafe { call(&raw mut error, || panic!("the secret is k3y")) };
        assert_eq!(status, momo_status::MOMO_INTERNAL);
        // SAFETY: the call above failed, so it handed an error out.
        let message = unsafe { std::ffi::CStr::from_ptr((*error).message) };
        assert!(!message.to_str().unwrap().contains("k3y"));
        // SAFETY: handed out above and not freed yet.
        unsafe { super::super::momo_free_error(error) };
        assert_eq!(DEPTH.get(), 0);
    }

    #[test]
    fn a_panic_while_its_payload_is_dropped_does_not_get_out() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("again");
            }
        }
        assert!(caught(|| std::panic::panic_any(Bomb)).is_none());
    }
}
