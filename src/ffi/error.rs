use std::ffi::{CStr, CString, c_char};

use super::strings::c_string;
use crate::error::{Failure, momo_status};
use crate::panics::catch_panic;

/// Why a call failed: the caller's own, freed with momo_free_error(). Grows only at its end, so
/// never copy it by value. No string in it is NULL, none holds a secret: where there is nothing to
/// say it is "".
#[allow(non_camel_case_types)]
#[repr(C)]
pub struct momo_error {
    /// The same value that the call returned.
    pub status: momo_status,
    /// The HTTP status of the response, or 0 where no response came.
    pub http_status: i32,
    /// Milliseconds until another attempt is worth making, or -1 where no time is known.
    pub retry_after_ms: i64,
    /// One line of UTF-8: what failed, why, what to do, and which host after how many attempts.
    pub message: *const c_char,
    /// The response's own error code or a firewall's support ID, at most 128 bytes of UTF-8.
    pub code: *const c_char,
    /// The response's body, redacted, at most 4096 bytes of UTF-8; "" for any 2xx.
    pub body: *const c_char,
}

/// The error and the strings that it points to, in one piece; the error comes first, so that a
/// pointer to it is a pointer to all.
#[repr(C)]
struct Owned {
    error: momo_error,
    message: CString,
    code: CString,
    body: CString,
}

impl momo_error {
    pub(super) fn hand_out(failure: Failure) -> *mut momo_error {
        let message = c_string(failure.message);
        let code = c_string(failure.code);
        let body = c_string(failure.body);
        let error = momo_error {
            status: failure.status,
            http_status: i32::from(failure.http_status),
            retry_after_ms: failure.retry_after_ms,
            message: message.as_ptr(),
            code: code.as_ptr(),
            body: body.as_ptr(),
        };
        Box::into_raw(Box::new(Owned {
            error,
            message,
            code,
            body,
        }))
        .cast()
    }
}

/// Frees an error.
///
/// Ownership: takes it; its strings go with it. NULL: nothing happens. Threads and forks: any
/// thread, once; a child frees its own copy. Blocks: never. Since 0.1.0.
///
/// # Safety
/// `error` is NULL or was handed out by this library and not freed since.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_free_error(error: *mut momo_error) {
    if error.is_null() {
        return;
    }
    // SAFETY: handed out by `hand_out`, which made it the first member of a boxed Owned.
    let owned = unsafe { Box::from_raw(error.cast::<Owned>()) };
    catch_panic(|| drop(owned));
}

/// The name of a status, "MOMO_OK" for 0 and so on; "MOMO_UNKNOWN" for a number that is none.
///
/// Ownership: the string is static, never freed. NULL: never returned. Threads and forks: any.
/// Blocks: never. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn momo_status_name(status: i32) -> *const c_char {
    let known = |(s, _): &&(momo_status, &'static CStr)| *s as i32 == status;
    let name = momo_status::NAMES.iter().find(known);
    name.map_or(c"MOMO_UNKNOWN", |(_, name)| name).as_ptr()
}
