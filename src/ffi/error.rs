//! Errors in the C interface: the struct, its making and its end.

use std::ffi::c_char;
use std::ptr::NonNull;

use super::block;
use crate::Failure;
use crate::error::{NAMES, momo_status};

/// An error: why a call failed.
///
/// You own it. Free it with momo_free_error(). New versions may add fields at the end, so do not
/// copy the struct by value. No string in it is NULL: a string is "" if there is nothing to say. No
/// string contains a secret.
///
/// @since 0.1.0
/// @ingroup momo_error
#[repr(C)]
pub struct momo_error {
    /// The status that the call returned.
    pub status: momo_status,
    /// HTTP status of the response; 0 if there was no response.
    pub http_status: i32,
    /// Milliseconds to wait before another call is useful; -1 if that is not known.
    pub retry_after_ms: i64,
    /// One line of UTF-8: what failed, why, and what to do. If there was a request, it names
    /// the host and the number of attempts.
    pub message: *const c_char,
    /// Error code of the response, or support ID of a firewall's page: at most 128 bytes of UTF-8.
    pub code: *const c_char,
    /// Body of the response without secrets: at most 4096 bytes of UTF-8, "" for a 2xx status.
    pub body: *const c_char,
    /// A #momo_phase: where the request failed, or where it is if only this call's time was up.
    pub phase: i32,
}

impl momo_error {
    pub(super) fn hand_out(failure: &Failure) -> NonNull<momo_error> {
        let texts = [&failure.message, &failure.code, &failure.body];
        block::hand_out(texts, |[message, code, body]| momo_error {
            status: failure.status,
            http_status: i32::from(failure.http_status),
            retry_after_ms: failure.retry_after_ms,
            message,
            code,
            body,
            phase: failure.phase as i32,
        })
    }
}

/// Frees an error and its strings.
///
/// @param error  An error from this library, or NULL: then the call does nothing.
///
/// Any thread may free it, once. After a fork, each process frees its own. Freeing never blocks.
///
/// @since 0.1.0
/// @ingroup momo_error
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_free_error(error: Option<NonNull<momo_error>>) {
    // SAFETY: handed out above, by the contract of this interface.
    unsafe { block::free(error) };
}

/// Returns the name of a status, for example "MOMO_OK" for 0.
///
/// @param status  A momo_status, or any other number.
/// @return A static string, never NULL. It is "MOMO_UNKNOWN" for an unknown number. Do not free it.
///
/// Any thread may call this function at any time. It does not block.
///
/// @since 0.1.0
/// @ingroup momo_error
#[unsafe(no_mangle)]
pub extern "C" fn momo_status_name(status: i32) -> *const c_char {
    let mut names = NAMES.iter();
    let known = names.find(|(known, _)| *known as i32 == status);
    let name = known.map_or("MOMO_UNKNOWN\0", |(_, name)| name);
    name.as_ptr().cast()
}
