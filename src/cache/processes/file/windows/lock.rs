//! A lock among processes, which ends with its owner's process, or when it is too old.
//!
//! It is a file that only one process can make, and that the system removes when that process
//! closes it or ends. Its age is that of the wall clock.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;

use windows_sys::Win32::Storage::FileSystem::{
    DELETE, FILE_FLAG_DELETE_ON_CLOSE, FILE_GENERIC_WRITE, FILE_SHARE_DELETE, FILE_SHARE_READ,
};

use super::super::super::store::{LOCK_LIFE, StoreError};
use super::super::temporary_file;
use super::directory::OpenDirectory;

/// Held until it is dropped.
pub(in super::super) struct FileLock {
    _file: File,
}

/// None where another process has it.
pub(in super::super) fn take(
    directory: OpenDirectory,
    file: &str,
) -> Result<Option<FileLock>, StoreError> {
    remove_ended(&directory, file);
    let created = OpenOptions::new()
        // Else the standard library makes no file, whatever the mode of access says.
        .write(true)
        .access_mode(FILE_GENERIC_WRITE | DELETE)
        .create_new(true)
        // One that is too old can be removed while its owner has it open.
        .share_mode(FILE_SHARE_READ | FILE_SHARE_DELETE)
        .custom_flags(FILE_FLAG_DELETE_ON_CLOSE)
        .open(directory.path_of(file));
    match created {
        Ok(file) => Ok(Some(FileLock { _file: file })),
        // The second is said of a file that is being removed: its lock ends just now.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::AlreadyExists | io::ErrorKind::PermissionDenied
            ) && directory.age(file).is_some() =>
        {
            Ok(None)
        }
        Err(error) => Err(StoreError::Failed(format!(
            "its lock cannot be taken ({error}); check owner and rights of the directory"
        ))),
    }
}

/// Removes a lock that has been held for too long.
pub(super) fn remove_ended(directory: &OpenDirectory, file: &str) {
    if directory.age(file).is_none_or(|age| age <= LOCK_LIFE) {
        return;
    }
    // Its owner has it open. Without POSIX semantics a file that is removed keeps its name until
    // then; under another name it is in nobody's way.
    let Ok(aside) = temporary_file(file) else {
        return;
    };
    if std::fs::rename(directory.path_of(file), directory.path_of(&aside)).is_ok() {
        directory.remove(&aside);
    }
}
