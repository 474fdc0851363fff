//! Identity: the user that this process belongs to.

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr::null_mut;

use windows_sys::Win32::Security::{
    CopySid, GetLengthSid, GetTokenInformation, TOKEN_QUERY, TOKEN_USER, TokenUser,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use super::security::Sid;

/// The user that this process runs as.
pub(crate) fn current_user() -> io::Result<Sid> {
    let mut token = null_mut();
    // SAFETY: this process's own handle is always good; `token` is for the call to fill.
    if unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) } == 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call above opened it, and nobody else closes it.
    let token = unsafe { OwnedHandle::from_raw_handle(token) };
    // A SID has at most 68 bytes (SECURITY_MAX_SID_SIZE). Aligned as TOKEN_USER is.
    let mut information = [0_u64; 16];
    let mut length = 0;
    // SAFETY: the token is open, and the buffer is as long as is said.
    let done = unsafe {
        GetTokenInformation(
            token.as_raw_handle(),
            TokenUser,
            information.as_mut_ptr().cast(),
            size_of_val(&information) as u32,
            &raw mut length,
        )
    };
    if done == 0 {
        return Err(io::Error::last_os_error());
    }
    let user = information.as_ptr().cast::<TOKEN_USER>();
    let mut sid = Sid::default();
    // SAFETY: the call above filled in a TOKEN_USER, whose SID lies in the same buffer; a Sid has
    // room for any.
    unsafe {
        let found = (*user).User.Sid;
        if CopySid(size_of_val(&sid.0) as u32, sid.0.as_mut_ptr().cast(), found) == 0 {
            return Err(io::Error::last_os_error());
        }
        debug_assert!(GetLengthSid(found) as usize <= size_of_val(&sid.0));
    }
    Ok(sid)
}
