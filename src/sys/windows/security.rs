//! Access control: directories, and who has rights to them, as texts of security descriptors
//! (Security Descriptor Definition Language).

use std::ffi::{OsStr, c_void};
use std::io;
use std::os::windows::ffi::OsStrExt;
use std::os::windows::io::{AsHandle, AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::Path;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{ERROR_SUCCESS, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSecurityDescriptorToStringSecurityDescriptorW,
    ConvertStringSecurityDescriptorToSecurityDescriptorW, GetSecurityInfo, SDDL_REVISION_1,
    SE_FILE_OBJECT,
};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GetTokenInformation, InitializeSecurityDescriptor,
    OWNER_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES, SECURITY_DESCRIPTOR,
    SetSecurityDescriptorOwner, TOKEN_QUERY, TOKEN_USER, TokenUser,
};
use windows_sys::Win32::Storage::FileSystem::CreateDirectoryW;
use windows_sys::Win32::System::SystemServices::SECURITY_DESCRIPTOR_REVISION;
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

const OWNER_AND_RIGHTS: u32 = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;

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
    let mut token = null_mut();
    // SAFETY: this process's own handle is always good; `token` is for the call to fill.
    check(unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) })?;
    // SAFETY: the call above opened it, and nobody else closes it.
    let token = unsafe { OwnedHandle::from_raw_handle(token) };
    // A SID has at most 68 bytes (SECURITY_MAX_SID_SIZE). Aligned as TOKEN_USER is.
    let mut user = [0_u64; 16];
    let mut length = 0;
    // SAFETY: the token is open, and the buffer is as long as is said.
    check(unsafe {
        GetTokenInformation(
            token.as_raw_handle(),
            TokenUser,
            user.as_mut_ptr().cast(),
            size_of_val(&user) as u32,
            &raw mut length,
        )
    })?;
    let mut descriptor = SECURITY_DESCRIPTOR::default();
    let descriptor: PSECURITY_DESCRIPTOR = (&raw mut descriptor).cast();
    // SAFETY: the call above filled in a TOKEN_USER, whose SID lies in the same buffer; that, and the
    // descriptor, live until the function returns.
    unsafe {
        let user = (*user.as_ptr().cast::<TOKEN_USER>()).User.Sid;
        check(InitializeSecurityDescriptor(
            descriptor,
            SECURITY_DESCRIPTOR_REVISION,
        ))?;
        check(SetSecurityDescriptorOwner(descriptor, user, 0))?;
        text(descriptor)
    }
}

/// Makes a directory with this owner and these rights.
pub(crate) fn create_directory(path: &Path, rights: &str) -> io::Result<()> {
    let mut descriptor = null_mut();
    // SAFETY: a text that ends with 0; `descriptor` is for the call to fill.
    check(unsafe {
        ConvertStringSecurityDescriptorToSecurityDescriptorW(
            wide(OsStr::new(rights)).as_ptr(),
            SDDL_REVISION_1,
            &raw mut descriptor,
            null_mut(),
        )
    })?;
    let descriptor = Local(descriptor);
    let attributes = SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: descriptor.0,
        bInheritHandle: 0,
    };
    // SAFETY: a text that ends with 0, and a descriptor that lives until the call returns.
    check(unsafe { CreateDirectoryW(wide(path.as_os_str()).as_ptr(), &raw const attributes) })
}

/// The owner of an open directory, and the rights to it.
pub(crate) fn owner_and_rights(directory: &impl AsHandle) -> io::Result<String> {
    let mut descriptor = null_mut();
    // SAFETY: the handle is open; `descriptor` is for the call to fill, and the rest is not wanted.
    let status = unsafe {
        GetSecurityInfo(
            directory.as_handle().as_raw_handle(),
            SE_FILE_OBJECT,
            OWNER_AND_RIGHTS,
            null_mut(),
            null_mut(),
            null_mut(),
            null_mut(),
            &raw mut descriptor,
        )
    };
    if status != ERROR_SUCCESS {
        return Err(io::Error::from_raw_os_error(status as i32));
    }
    let descriptor = Local(descriptor);
    // SAFETY: the call above made it.
    unsafe { text(descriptor.0) }
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
    Ok(String::from_utf16_lossy(units)
        .trim_end_matches('\0')
        .to_owned())
}

fn check(done: i32) -> io::Result<()> {
    if done == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

fn wide(text: &OsStr) -> Vec<u16> {
    text.encode_wide().chain([0]).collect()
}
