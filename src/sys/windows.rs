//! Windows: calls that the standard library does not wrap.

mod security;

use std::ptr::null_mut;

use windows_sys::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
};

pub(crate) use security::{create_directory, current_user, owner_and_rights};

/// Keeps the library loaded until the process ends, whatever FreeLibrary is told: a thread of its
/// own may be running, and what threads leave behind at their end is code of the library.
pub(super) fn pin() {
    let mut module = null_mut();
    let here = pin as *const u16;
    let flags = GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
    // SAFETY: with that flag the name is an address within the module, which this function is.
    unsafe { GetModuleHandleExW(flags, here, &raw mut module) };
}
