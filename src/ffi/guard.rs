//! Guard: checks pointers and text, catches panics, and hands out failures, for every function.

use std::ffi::{CStr, CString, c_char};
use std::ptr::null_mut;

use super::error::momo_error;
use crate::error::momo_status;
use crate::panics::catch_panic;
use crate::{Failure, sys};

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
    let outcome = catch_panic(|| f().map_err(Box::new));
    let outcome = outcome.unwrap_or_else(|| Err(Failure::internal("a panic was caught").into()));
    let Err(failure) = outcome else {
        return momo_status::MOMO_OK;
    };
    let status = failure.status;
    if !error.is_null() {
        // SAFETY: as above.
        unsafe { *error = momo_error::hand_out(*failure) };
    }
    status
}

/// Runs a call that stores what it makes in `out`, the parameter of this `name`.
///
/// # Safety
/// `out` and `error` are NULL or valid for writing one pointer.
pub(super) unsafe fn call_for<T>(
    out: *mut *mut T,
    name: &str,
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
                let why = format!("{name} is NULL; give a place for the {name}");
                return Err(Failure::argument(why));
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

/// # Safety
/// `handle` is NULL or live, and nothing else uses it while the reference is used.
pub(super) unsafe fn live_mut<'a, T>(handle: *mut T, missing: &str) -> Result<&'a mut T, Failure> {
    // SAFETY: this function's own contract.
    unsafe { handle.as_mut() }.ok_or_else(|| Failure::argument(missing))
}

pub(super) fn boxed<T>(value: T) -> *mut T {
    Box::into_raw(Box::new(value))
}

/// A struct of the interface and the texts that it points to, in one piece; the struct comes first,
/// so that a pointer to it is a pointer to all.
#[repr(C)]
pub(super) struct WithTexts<T, const N: usize> {
    first: T,
    texts: [CString; N],
}

impl<T, const N: usize> WithTexts<T, N> {
    /// `make` has the pointers to the texts.
    pub(super) fn hand_out(
        texts: [String; N],
        make: impl FnOnce([*const c_char; N]) -> T,
    ) -> *mut T {
        let texts = texts.map(c_string);
        let first = make(texts.each_ref().map(|text| text.as_ptr()));
        boxed(Self { first, texts }).cast()
    }
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

/// # Safety
/// `text` is NULL or a NUL-terminated string that stays as it is during the call.
pub(super) unsafe fn text<'a>(text: *const c_char, name: &str) -> Result<&'a str, Failure> {
    if text.is_null() {
        return Err(Failure::argument(format!("{name} is NULL; give a string")));
    }
    // SAFETY: not NULL, and so a string by this function's own contract.
    let bytes = unsafe { CStr::from_ptr(text) };
    bytes
        .to_str()
        .map_err(|_| Failure::argument(format!("{name} is not UTF-8; convert it")))
}

/// Our own text has no NUL: it was cleaned where it came in. If one slipped through, the text ends
/// there rather than the call.
pub(super) fn c_string(text: String) -> CString {
    CString::new(text).unwrap_or_else(|error| {
        let end = error.nul_position();
        let mut bytes = error.into_vec();
        bytes.truncate(end);
        CString::new(bytes).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests;
