//! Windows: directories and who has rights to them, as texts of security descriptors (Security
//! Descriptor Definition Language); and the library's own module.

use std::ffi::c_void;
use std::io;
use std::os::windows::ffi::OsStrExt;
use std::os::windows::io::{AsHandle, AsRawHandle};
use std::path::Path;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{HANDLE, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSecurityDescriptorToStringSecurityDescriptorW,
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GetKernelObjectSecurity, GetTokenInformation,
    OWNER_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES, SECURITY_DESCRIPTOR,
    TOKEN_USER, TokenUser,
};
use windows_sys::Win32::Storage::FileSystem::CreateDirectoryW;
use windows_sys::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
};

const OWNER_AND_RIGHTS: u32 = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;

/// What GetCurrentProcessToken of the system's header returns.
const OWN_TOKEN: HANDLE = -4_isize as HANDLE;

/// Memory that the system allocated.
struct Local(*mut c_void);

impl Drop for Local {
    fn drop(&mut self) {
        // SAFETY: LocalFree takes what such calls allocate, and NULL.
        unsafe { LocalFree(self.0) };
    }
}

/// The user that this process runs as: `O:` and the account.
pub(crate) fn current_user() -> io::Result<String> {
    // A SID has at most 68 bytes (SECURITY_MAX_SID_SIZE). Aligned as TOKEN_USER is.
    let mut user = [0_u64; 16];
    let mut descriptor = SECURITY_DESCRIPTOR {
        Revision: 1,
        ..Default::default()
    };
    // SAFETY: the buffer is as long as is said. The first call fills in a TOKEN_USER, whose SID lies in
    // the same buffer; that, and the descriptor, live until the function returns.
    unsafe {
        check(GetTokenInformation(
            OWN_TOKEN,
            TokenUser,
            user.as_mut_ptr().cast(),
            size_of_val(&user) as u32,
            &mut 0,
        ))?;
        descriptor.Owner = (*user.as_ptr().cast::<TOKEN_USER>()).User.Sid;
        text((&raw mut descriptor).cast())
    }
}

/// Makes a directory with this owner and these rights.
pub(crate) fn create_directory(path: &Path, rights: &str) -> io::Result<()> {
    let path: Vec<_> = path.as_os_str().encode_wide().chain([0]).collect();
    let rights: Vec<_> = rights.encode_utf16().chain([0]).collect();
    let mut descriptor = Local(null_mut());
    // SAFETY: a text that ends with 0; `descriptor` is for the call to fill.
    check(unsafe {
        ConvertStringSecurityDescriptorToSecurityDescriptorW(
            rights.as_ptr(),
            SDDL_REVISION_1,
            &raw mut descriptor.0,
            null_mut(),
        )
    })?;
    let attributes = SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: descriptor.0,
        bInheritHandle: 0,
    };
    // SAFETY: a text that ends with 0, and a descriptor that lives until the call returns.
    check(unsafe { CreateDirectoryW(path.as_ptr(), &raw const attributes) })
}

/// The owner of an open directory, and the rights to it.
pub(crate) fn owner_and_rights(directory: &impl AsHandle) -> io::Result<String> {
    // A list of rights has at most 64 KiB (ACL), an owner 68 bytes.
    let mut descriptor = vec![0_u64; 10_000];
    // SAFETY: the handle is open, and the buffer is as long as is said and becomes a descriptor.
    unsafe {
        check(GetKernelObjectSecurity(
            directory.as_handle().as_raw_handle(),
            OWNER_AND_RIGHTS,
            descriptor.as_mut_ptr().cast(),
            size_of_val(&*descriptor) as u32,
            &mut 0,
        ))?;
        text(descriptor.as_mut_ptr().cast())
    }
}

/// # Safety
///
/// It is a security descriptor.
unsafe fn text(descriptor: PSECURITY_DESCRIPTOR) -> io::Result<String> {
    let (mut text, mut length) = (null_mut(), 0);
    // SAFETY: a descriptor; the rest is for the call to fill.
    check(unsafe {
        ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor,
            SDDL_REVISION_1,
            OWNER_AND_RIGHTS,
            &raw mut text,
            &raw mut length,
        )
    })?;
    let _text = Local(text.cast());
    // SAFETY: the text is as long as the call has said.
    let units = unsafe { std::slice::from_raw_parts(text, length as usize) };
    let text = String::from_utf16_lossy(units);
    Ok(text.trim_end_matches('\0').to_owned())
}

fn check(done: i32) -> io::Result<()> {
    if done == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Keeps the library loaded until the process ends, whatever FreeLibrary is told: a thread of its
/// own may be running, and what threads leave behind at their end is code of the library.
pub(super) fn pin() {
    let flags = GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
    // SAFETY: with that flag the name is an address within the module, which this function is.
    unsafe { GetModuleHandleExW(flags, pin as *const u16, &mut null_mut()) };
}
