//! A lock among processes, which ends with its owner's process, or when it is too old.
//!
//! It is a file that only one process can make, and that the system removes when that process
//! closes it or ends. Its age is that of the wall clock.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::windows::fs::OpenOptionsExt;

use windows_sys::Win32::Storage::FileSystem::{
    DELETE, FILE_FLAG_DELETE_ON_CLOSE, FILE_GENERIC_WRITE, FILE_SHARE_DELETE, FILE_SHARE_READ,
};

use super::super::super::store::LOCK_LIFE;
use super::super::directory::temporary_file;
use super::OpenDirectory;

/// None if another process has it. It is held until it is dropped.
pub(in super::super) fn take(directory: OpenDirectory, file: String) -> io::Result<Option<File>> {
    remove_ended(&directory, &file)?;
    let created = OpenOptions::new()
        // Else the standard library makes no file, whatever the mode of access says.
        .write(true)
        .access_mode(FILE_GENERIC_WRITE | DELETE)
        .create_new(true)
        // One that is too old can be removed while its owner has it open.
        .share_mode(FILE_SHARE_READ | FILE_SHARE_DELETE)
        .custom_flags(FILE_FLAG_DELETE_ON_CLOSE)
        .open(directory.path.join(&file));
    match created.as_ref().map_err(io::Error::kind) {
        // The second is said of a file that is being removed: its lock ends just now.
        Err(ErrorKind::AlreadyExists | ErrorKind::PermissionDenied)
            if directory.age(&file).is_some() =>
        {
            Ok(None)
        }
        _ => created.map(Some),
    }
}

/// Removes a lock that has been held for too long.
pub(in super::super) fn remove_ended(directory: &OpenDirectory, file: &str) -> io::Result<()> {
    if directory.age(file).is_some_and(|age| age > LOCK_LIFE) {
        // Its owner has it open. Without POSIX semantics a file that is removed keeps its name
        // until then; under another name it is in nobody's way.
        let aside = temporary_file(file)?;
        if directory.rename(file, &aside).is_ok() {
            directory.remove(&aside);
        }
    }
    Ok(())
}
