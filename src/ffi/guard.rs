//! Guard: clears the error, catches panics, and hands out failures, for every function that can fail.

use super::error::momo_error;
use crate::error::{Failure, momo_status};
use crate::panics::catch_panic;

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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "guard_tests.rs"]
mod tests;
