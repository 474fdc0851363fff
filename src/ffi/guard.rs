//! Guard: checks pointers and text, catches panics, and hands out failures, for every function.

use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;
use std::ptr::NonNull;

use super::error::momo_error;
use crate::error::momo_status;
use crate::panics::catch_panic;
use crate::{Failure, sys};

/// An output: NULL, or a place for a pointer that need not be initialised. cbindgen knows no such
/// name, so the functions of the interface write it out.
pub(super) type Out<'a, P> = Option<&'a mut MaybeUninit<Option<P>>>;

/// Runs a call: clears the error, catches what panics, hands out what failed.
pub(super) fn call(
    error: Out<NonNull<momo_error>>,
    f: impl FnOnce() -> Result<(), Failure>,
) -> momo_status {
    let error = error.map(|place| place.write(None));
    let outcome = catch_panic(|| f().map_err(Box::new));
    let outcome = outcome.unwrap_or_else(|| Err(Failure::internal("a panic was caught").into()));
    let Err(failure) = outcome else {
        return momo_status::MOMO_OK;
    };
    if let Some(error) = error {
        *error = Some(momo_error::hand_out(&failure));
    }
    failure.status
}

/// Runs a call that stores what it makes in `out`, the parameter of this `name`.
pub(super) fn call_for<P>(
    out: Out<P>,
    name: &str,
    error: Out<NonNull<momo_error>>,
    f: impl FnOnce() -> Result<P, Failure>,
) -> momo_status {
    let out = out.map(|place| place.write(None));
    call(error, || {
        let out = given(out, name, || format!("give a place for the {name}"))?;
        *out = Some(f()?);
        Ok(())
    })
}

/// The handle, a parameter of this `name`.
#[inline]
pub(super) fn live<T>(handle: Option<T>, name: &str) -> Result<T, Failure> {
    given(handle, name, || format!("make one with momo_create_{name}"))
}

/// # Safety
/// `text` is NULL or a NUL-terminated string that stays as it is during the call.
pub(super) unsafe fn text<'a>(text: *const c_char, name: &str) -> Result<&'a str, Failure> {
    let text = NonNull::new(text.cast_mut());
    let text = given(text, name, || "give a string".to_owned())?;
    // SAFETY: not NULL, and so a string by this function's own contract.
    let bytes = unsafe { CStr::from_ptr(text.as_ptr()) };
    let invalid = |_| Failure::argument(format!("{name} is not UTF-8; convert it"));
    bytes.to_str().map_err(invalid)
}

fn given<T>(argument: Option<T>, name: &str, hint: impl FnOnce() -> String) -> Result<T, Failure> {
    argument.ok_or_else(|| Failure::argument(format!("{name} is NULL; {}", hint())))
}

pub(super) fn free<T>(handle: Option<Box<T>>) {
    // Closing a connection is a cancellation point.
    catch_panic(|| sys::with_thread_cancellation_disabled(|| drop(handle)));
}

#[cfg(test)]
mod tests;
