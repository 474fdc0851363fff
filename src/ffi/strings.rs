//! C's text.

use std::ffi::{CStr, CString, c_char};

use crate::error::Failure;

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
