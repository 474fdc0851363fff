//! What every function that can fail goes through.

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
    }
}
