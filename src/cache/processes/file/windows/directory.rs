//! A directory that nobody but its owner can look into, and whole files in it.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use windows_sys::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_REPARSE_POINT, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT,
    FILE_LIST_DIRECTORY, FILE_READ_ATTRIBUTES, FILE_SHARE_READ, FILE_SHARE_WRITE, READ_CONTROL,
};

use super::super::super::store::StoreError;
use super::super::{Kept, Problem, kept, temporary_file};
use super::lock;
use crate::sys;

/// Found to be safe when it was opened. While it is open nobody can rename it.
pub(in super::super) struct OpenDirectory {
    path: PathBuf,
    _handle: File,
}

impl OpenDirectory {
    /// Makes it where it is missing.
    pub(in super::super) fn open(path: &Path) -> Result<Self, Problem> {
        let shown = path.display();
        let opened = match open_handle(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match sys::create_private_directory(path) {
                    // Another process may be as fast.
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
                    _ => open_handle(path),
                }
            }
            opened => opened,
        };
        let unusable = |error: io::Error| {
            Problem::Unusable(format!(
                "{shown} cannot be opened or made ({error}); check that the directory above it is \
                 there, and its rights"
            ))
        };
        let handle = opened.map_err(unusable)?;
        let metadata = handle.metadata().map_err(unusable)?;
        if metadata.file_attributes() & FILE_ATTRIBUTE_REPARSE_POINT != 0 {
            return Err(Problem::Unsafe(format!(
                "{shown} is a link, which others may point elsewhere; give the directory itself"
            )));
        }
        if !metadata.is_dir() {
            return Err(Problem::Unsafe(format!(
                "{shown} is no directory; give one"
            )));
        }
        if let Some(who) = sys::strangers(&handle).map_err(unusable)? {
            return Err(Problem::Unsafe(format!(
                "{shown} is not this user's alone: {who}; remove those rights (icacls shows \
                 them), or give the name of a directory that is not there yet"
            )));
        }
        Ok(Self {
            path: path.to_owned(),
            _handle: handle,
        })
    }

    /// What names this boot of the machine: nothing here.
    pub(in super::super) fn boot(&self) -> Option<String> {
        None
    }

    pub(super) fn path_of(&self, file: &str) -> PathBuf {
        self.path.join(file)
    }

    /// How long ago a file was written.
    pub(super) fn age(&self, file: &str) -> Option<Duration> {
        let metadata = std::fs::symlink_metadata(self.path_of(file)).ok()?;
        let modified = metadata.modified().ok().filter(|_| metadata.is_file())?;
        // Of a time to come: as if it were of now.
        Some(
            SystemTime::now()
                .duration_since(modified)
                .unwrap_or_default(),
        )
    }

    pub(in super::super) fn remove(&self, file: &str) {
        let _ = std::fs::remove_file(self.path_of(file));
    }

    /// None where there is none, or something else than a file, or more than `largest` bytes.
    pub(in super::super) fn read(&self, file: &str, largest: usize) -> Option<Vec<u8>> {
        let opened = OpenOptions::new()
            .read(true)
            .custom_flags(FILE_FLAG_OPEN_REPARSE_POINT)
            .open(self.path_of(file));
        let opened = opened.ok()?;
        let metadata = opened.metadata().ok().filter(Metadata::is_file)?;
        // With room for all of it one read is enough.
        let length = usize::try_from(metadata.len()).unwrap_or_default();
        let mut bytes = Vec::with_capacity(length.min(largest) + 1);
        let mut limited = opened.take(largest as u64 + 1);
        limited.read_to_end(&mut bytes).ok()?;
        (bytes.len() <= largest).then_some(bytes)
    }

    /// Puts a file with these bytes in the place of whatever is there, at once.
    pub(in super::super) fn write(&self, file: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let failed = |error: io::Error| {
            StoreError::Failed(format!(
                "{} cannot be written ({error}); check owner, rights and free space",
                self.path_of(file).display()
            ))
        };
        let temporary =
            temporary_file(file).map_err(|_| failed(io::Error::other("no random numbers")))?;
        let temporary = self.path_of(&temporary);
        fill(&temporary, bytes)
            .and_then(|()| std::fs::rename(&temporary, self.path_of(file)))
            .map_err(|error| {
                let _ = std::fs::remove_file(&temporary);
                failed(error)
            })
    }

    /// Removes temporary files that are left over, and what has not been written for long.
    pub(in super::super) fn tidy(&self) {
        let Ok(entries) = std::fs::read_dir(&self.path) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(file) = name.to_str() else {
                continue;
            };
            let longest = match kept(file) {
                Some(Kept::For(time)) => time,
                Some(Kept::UntilItsLockEnds) => {
                    lock::remove_ended(self, file);
                    continue;
                }
                None => continue,
            };
            if self.age(file).is_some_and(|age| age > longest) {
                self.remove(file);
            }
        }
    }
}

fn open_handle(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .access_mode(FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | READ_CONTROL)
        .share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT)
        .open(path)
}

fn fill(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
