//! Access control: who has rights to a directory.

use std::ffi::{OsStr, c_void};
use std::io;
use std::os::windows::ffi::OsStrExt;
use std::os::windows::io::{AsHandle, AsRawHandle};
use std::path::Path;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{ERROR_SUCCESS, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, GetSecurityInfo,
    SDDL_REVISION_1, SE_FILE_OBJECT,
};
use windows_sys::Win32::Security::{
    ACCESS_ALLOWED_ACE, ACE_HEADER, ACL, DACL_SECURITY_INFORMATION, EqualSid, GetAce,
    IsWellKnownSid, OWNER_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, PSID, SECURITY_ATTRIBUTES,
    WinBuiltinAdministratorsSid, WinCreatorOwnerRightsSid, WinCreatorOwnerSid, WinLocalSystemSid,
};
use windows_sys::Win32::Storage::FileSystem::CreateDirectoryW;
use windows_sys::Win32::System::SystemServices::{
    ACCESS_ALLOWED_ACE_TYPE, ACCESS_DENIED_ACE_TYPE, ACCESS_DENIED_OBJECT_ACE_TYPE,
};

use super::identity::current_user;

/// A security identifier; room for the longest (SECURITY_MAX_SID_SIZE, 68 bytes).
#[derive(Default)]
pub(crate) struct Sid(pub(super) [u32; 17]);

impl Sid {
    fn as_ptr(&self) -> PSID {
        self.0.as_ptr().cast_mut().cast()
    }
}

/// Memory that the system allocated.
struct Local(*mut c_void);

impl Drop for Local {
    fn drop(&mut self) {
        // SAFETY: LocalFree takes what such calls allocate, and NULL.
        unsafe { LocalFree(self.0) };
    }
}

/// Makes a directory to which this user alone has rights, beside the system and its administrators,
/// who can take any. What is made in it inherits them.
pub(crate) fn create_private_directory(path: &Path) -> io::Result<()> {
    let user = sid_text(current_user()?.as_ptr())?;
    // Security Descriptor Definition Language: no rights of the directory above are inherited (P),
    // files and directories inherit these (OICI), all rights to a file (FA), for the user, the
    // system (SY) and administrators (BA).
    let rights = format!("D:P(A;OICI;FA;;;{user})(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)");
    let mut descriptor = null_mut();
    // SAFETY: a text that ends with 0; `descriptor` is for the call to fill.
    let converted = unsafe {
        ConvertStringSecurityDescriptorToSecurityDescriptorW(
            wide(OsStr::new(&rights)).as_ptr(),
            SDDL_REVISION_1,
            &raw mut descriptor,
            null_mut(),
        )
    };
    if converted == 0 {
        return Err(io::Error::last_os_error());
    }
    let descriptor = Local(descriptor);
    let attributes = SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: descriptor.0,
        bInheritHandle: 0,
    };
    // SAFETY: a text that ends with 0, and a descriptor that lives until the call returns.
    if unsafe { CreateDirectoryW(wide(path.as_os_str()).as_ptr(), &raw const attributes) } == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Whoever has rights to a directory, or owns it, and is neither this user nor the system nor its
/// administrators. None where there is nobody.
pub(crate) fn strangers(directory: &impl AsHandle) -> io::Result<Option<String>> {
    let user = current_user()?;
    let (mut owner, mut acl): (PSID, *mut ACL) = (null_mut(), null_mut());
    let mut descriptor: PSECURITY_DESCRIPTOR = null_mut();
    // SAFETY: the handle is open; the rest is for the call to fill.
    let status = unsafe {
        GetSecurityInfo(
            directory.as_handle().as_raw_handle(),
            SE_FILE_OBJECT,
            OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
            &raw mut owner,
            null_mut(),
            &raw mut acl,
            null_mut(),
            &raw mut descriptor,
        )
    };
    if status != ERROR_SUCCESS {
        return Err(io::Error::from_raw_os_error(status as i32));
    }
    let _descriptor = Local(descriptor);
    if !is_trusted(owner, &user) {
        return Ok(Some(format!("its owner is {}", sid_text(owner)?)));
    }
    if acl.is_null() {
        return Ok(Some("everybody has all rights to it".to_owned()));
    }
    // SAFETY: the ACL lies in the descriptor, which is still there.
    for number in 0..u32::from(unsafe { (*acl).AceCount }) {
        let mut ace: *mut c_void = null_mut();
        // SAFETY: a valid ACL, and a number below its count.
        if unsafe { GetAce(acl, number, &raw mut ace) } == 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: every entry begins with this header.
        let kind = u32::from(unsafe { (*ace.cast::<ACE_HEADER>()).AceType });
        match kind {
            ACCESS_ALLOWED_ACE_TYPE => {}
            ACCESS_DENIED_ACE_TYPE | ACCESS_DENIED_OBJECT_ACE_TYPE => continue,
            _ => return Ok(Some(format!("its rights have an entry of kind {kind}"))),
        }
        let allowed = ace.cast::<ACCESS_ALLOWED_ACE>();
        // SAFETY: the kind says that it is this structure, which ends with a SID.
        let (mask, sid) = unsafe { ((*allowed).Mask, (&raw mut (*allowed).SidStart).cast()) };
        if mask != 0 && !is_trusted(sid, &user) {
            return Ok(Some(format!("{} has rights to it", sid_text(sid)?)));
        }
    }
    Ok(None)
}

/// The rights of an owner to be ("creator owner") and of the owner as such are the user's, too.
fn is_trusted(sid: PSID, user: &Sid) -> bool {
    let well_known = [
        WinLocalSystemSid,
        WinBuiltinAdministratorsSid,
        WinCreatorOwnerSid,
        WinCreatorOwnerRightsSid,
    ];
    // SAFETY: both are SIDs.
    unsafe {
        EqualSid(sid, user.as_ptr()) != 0
            || well_known
                .iter()
                .any(|&kind| IsWellKnownSid(sid, kind) != 0)
    }
}

/// As `icacls` shows one that has no name: S-1-5-21-…
fn sid_text(sid: PSID) -> io::Result<String> {
    let mut text = null_mut();
    // SAFETY: a SID; `text` is for the call to fill.
    if unsafe { ConvertSidToStringSidW(sid, &raw mut text) } == 0 {
        return Err(io::Error::last_os_error());
    }
    let _text = Local(text.cast());
    let mut end = text.cast_const();
    // SAFETY: the text ends with 0, and is read no further than that.
    let units = unsafe {
        while *end != 0 {
            end = end.add(1);
        }
        std::slice::from_raw_parts(text, end.offset_from(text) as usize)
    };
    Ok(String::from_utf16_lossy(units))
}

fn wide(text: &OsStr) -> Vec<u16> {
    text.encode_wide().chain([0]).collect()
}
