//! Look-ups of names: whose fault it is that one fails.

use std::io;

/// Whether a failed look-up says nothing of the name, since no name server did. The standard library
/// keeps the C library's text of the error, and not its number.
#[cfg(unix)]
pub(crate) fn is_name_server_s_fault(error: &io::Error) -> bool {
    let text = error.to_string();
    let faults = [libc::EAI_AGAIN, libc::EAI_FAIL];
    error.raw_os_error().is_some()
        || faults.iter().any(|number| {
            // SAFETY: gai_strerror returns a static text of C for whatever number.
            let known = unsafe { std::ffi::CStr::from_ptr(libc::gai_strerror(*number)) };
            text.ends_with(&*known.to_string_lossy())
        })
}

#[cfg(windows)]
pub(crate) fn is_name_server_s_fault(error: &io::Error) -> bool {
    const WSATRY_AGAIN: i32 = 11002;
    const WSANO_RECOVERY: i32 = 11003;
    matches!(error.raw_os_error(), Some(WSATRY_AGAIN | WSANO_RECOVERY))
}
