//! Guard: checks pointers, catches panics, and hands out failures, for every function.

use std::ptr::null_mut;

use super::error::momo_error;
use crate::error::{Failure, momo_status};
use crate::panics::catch_panic;
use crate::sys;

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
        unsafe { *error = null_mut() };
    }
    let outcome = catch_panic(f).unwrap_or_else(|| Err(Failure::internal("a panic was caught")));
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

/// Runs a call that stores what it makes in `out`. `missing` is what is said if that is NULL.
///
/// # Safety
/// `out` and `error` are NULL or valid for writing one pointer.
pub(super) unsafe fn call_for<T>(
    out: *mut *mut T,
    missing: &str,
    error: *mut *mut momo_error,
    f: impl FnOnce() -> Result<*mut T, Failure>,
) -> momo_status {
    // SAFETY: each is NULL or valid, by this function's own contract.
    unsafe {
        if !out.is_null() {
            *out = null_mut();
        }
        call(error, || {
            if out.is_null() {
                return Err(Failure::argument(missing));
            }
            *out = f()?;
            Ok(())
        })
    }
}

/// # Safety
/// `handle` is NULL or live for as long as the reference is used, and nothing changes it meanwhile.
pub(super) unsafe fn live<'a, T>(handle: *const T, missing: &str) -> Result<&'a T, Failure> {
    // SAFETY: this function's own contract.
    unsafe { handle.as_ref() }.ok_or_else(|| Failure::argument(missing))
}

pub(super) fn boxed<T>(value: T) -> *mut T {
    Box::into_raw(Box::new(value))
}

/// # Safety
/// `owned` is NULL or comes from [`boxed`], and nothing uses it any more.
pub(super) unsafe fn free<T>(owned: *mut T) {
    if !owned.is_null() {
        // SAFETY: this function's own contract.
        let owned = unsafe { Box::from_raw(owned) };
        // Closing a connection is a cancellation point.
        catch_panic(|| sys::with_thread_cancellation_disabled(|| drop(owned)));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "guard_tests.rs"]
mod tests;
