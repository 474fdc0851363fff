//! A directory that only its owner can look into, and the locks in it. Rights are access lists.
//!
//! A lock ends with its owner's process, or when it is too old. It is a file that only one process
//! can make, and that the system removes when that process closes it or ends. Its age is that of
//! the wall clock.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use windows_sys::Win32::Storage::FileSystem::{
    DELETE, FILE_ATTRIBUTE_REPARSE_POINT, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_DELETE_ON_CLOSE,
    FILE_FLAG_OPEN_REPARSE_POINT, FILE_GENERIC_WRITE, FILE_LIST_DIRECTORY, FILE_READ_ATTRIBUTES,
    FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE, READ_CONTROL,
};

use super::super::store::{self, LOCK_LIFE, StoreError};
use super::{problem, rights, temporary_file};
use crate::sys;

/// Found to be safe when it was opened. While it is open nobody can rename it.
pub(super) struct OpenDirectory {
    pub(super) path: PathBuf,
    _handle: File,
}

impl OpenDirectory {
    /// Makes it if it is missing.
    pub(super) fn open(path: &Path) -> store::Result<Self> {
        let unusable = |error: io::Error| problem(path, &error);
        let user = sys::current_user().map_err(unusable)?;
        let opened = match open_handle(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                match sys::create_directory(path, &rights::private(&user)) {
                    // Another process may be as fast.
                    Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
                    _ => open_handle(path),
                }
            }
            opened => opened,
        };
        let handle = opened.map_err(unusable)?;
        let metadata = handle.metadata().map_err(unusable)?;
        let is_link = metadata.file_attributes() & FILE_ATTRIBUTE_REPARSE_POINT != 0;
        if is_link || !metadata.is_dir() {
            return Err(unusable(ErrorKind::NotADirectory.into()));
        }
        let found = sys::owner_and_rights(&handle).map_err(unusable)?;
        if let Some(others) = rights::of_others(&found, &user) {
            let shown = path.display();
            return Err(StoreError::Unsafe(format!(
                "{shown} is not this user's alone: {others}; run icacls \"{shown}\" /inheritance:r \
                 /grant:r \"%USERNAME%:(OI)(CI)F\", or give a directory that is not there yet, like \
                 libmomo in %LOCALAPPDATA% (file: alone)"
            )));
        }
        Ok(Self {
            path: path.to_owned(),
            _handle: handle,
        })
    }

    /// None of what is no file.
    pub(super) fn open_to_read(&self, file: &str) -> Option<File> {
        let mut options = OpenOptions::new();
        options.read(true);
        options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
        let opened = options.open(self.path.join(file)).ok()?;
        let is_file = opened.metadata().ok()?.is_file();
        is_file.then_some(opened)
    }

    /// No file is too long here.
    pub(super) fn create(&self, file: &str, _length: usize) -> io::Result<File> {
        File::create_new(self.path.join(file))
    }

    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        std::fs::rename(self.path.join(from), self.path.join(to))
    }

    pub(super) fn remove(&self, file: &str) {
        let _ = std::fs::remove_file(self.path.join(file));
    }

    /// How long ago a file was written.
    pub(super) fn age(&self, file: &str) -> Option<Duration> {
        let metadata = std::fs::symlink_metadata(self.path.join(file)).ok()?;
        let modified = metadata.modified().ok().filter(|_| metadata.is_file())?;
        let age = SystemTime::now().duration_since(modified);
        // Of a time to come: as if it were of now.
        Some(age.unwrap_or_default())
    }

    /// The lock that is this file, until it is dropped. None if another process has it.
    pub(super) fn lock(self, file: String) -> io::Result<Option<File>> {
        self.remove_ended_lock(&file)?;
        let created = OpenOptions::new()
            // Else the standard library makes no file, whatever the mode of access says.
            .write(true)
            .access_mode(FILE_GENERIC_WRITE | DELETE)
            .create_new(true)
            // One that is too old can be removed while its owner has it open.
            .share_mode(FILE_SHARE_READ | FILE_SHARE_DELETE)
            .custom_flags(FILE_FLAG_DELETE_ON_CLOSE)
            .open(self.path.join(&file));
        match created.as_ref().map_err(io::Error::kind) {
            // The second is said of a file that is being removed: its lock ends just now.
            Err(ErrorKind::AlreadyExists | ErrorKind::PermissionDenied)
                if self.age(&file).is_some() =>
            {
                Ok(None)
            }
            _ => created.map(Some),
        }
    }

    /// Removes a lock that has been held for too long.
    pub(super) fn remove_ended_lock(&self, file: &str) -> io::Result<()> {
        if self.age(file).is_some_and(|age| age > LOCK_LIFE) {
            // Its owner has it open. Without POSIX semantics a file that is removed keeps its name
            // until then; under another name it is in nobody's way.
            let aside = temporary_file(file)?;
            if self.rename(file, &aside).is_ok() {
                self.remove(&aside);
            }
        }
        Ok(())
    }
}

fn open_handle(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .access_mode(FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | READ_CONTROL)
        .share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT)
        .open(path)
}

#[cfg(test)]
mod tests;
