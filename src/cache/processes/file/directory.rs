//! Files in an open directory: read whole, replaced at once, removed with time.

use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

use super::super::store::{MAX_VALUE_BYTES, StoreError};
use super::{OpenDirectory, RIGHTS, lock};
use crate::sys::random;

/// What nobody has written for so long is of no use: a token lives for a day at most.
pub(super) const MAX_AGE: Duration = Duration::from_secs(25 * 3600);
/// A temporary file of a process that died while it wrote it.
pub(super) const ABANDONED: Duration = Duration::from_secs(60);

pub(super) enum Problem {
    /// Others could read or write there.
    Unsafe(String),
    Unusable(String),
}

impl Problem {
    /// Of a path that could not be opened or made as a directory.
    pub(super) fn of(path: &Path, error: &io::Error) -> Self {
        let shown = path.display();
        match std::fs::symlink_metadata(path).map(|metadata| metadata.file_type()) {
            Ok(kind) if kind.is_symlink() => Self::Unsafe(format!(
                "{shown} is a link, which others may point elsewhere; give the directory itself"
            )),
            Ok(kind) if !kind.is_dir() => {
                Self::Unsafe(format!("{shown} is no directory; give one"))
            }
            _ => Self::Unusable(format!(
                "{shown} cannot be opened or made ({error}); check that the directory above it is \
                 there, and its {RIGHTS}"
            )),
        }
    }
}

impl OpenDirectory {
    /// None of what is no file of this user's alone, or larger than any value.
    pub(super) fn read(&self, file: &str) -> Option<Vec<u8>> {
        // With room for all of it one read is enough.
        let mut bytes = Vec::with_capacity(MAX_VALUE_BYTES + 1);
        let mut limited = self.open_to_read(file)?.take(MAX_VALUE_BYTES as u64 + 1);
        limited.read_to_end(&mut bytes).ok()?;
        (bytes.len() <= MAX_VALUE_BYTES).then_some(bytes)
    }

    pub(super) fn write(&self, file: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.replace(file, bytes).map_err(|error| {
            StoreError::Failed(format!(
                "{} cannot be written ({error}); check owner, {RIGHTS} and free space",
                self.path.join(file).display()
            ))
        })
    }

    fn replace(&self, file: &str, bytes: &[u8]) -> io::Result<()> {
        let temporary = temporary_file(file)?;
        let mut created = self.create(&temporary, bytes.len())?;
        let written = created.write_all(bytes).and_then(|()| created.sync_all());
        drop(created);
        let replaced = written.and_then(|()| self.rename(&temporary, file));
        if replaced.is_err() {
            self.remove(&temporary);
        }
        replaced
    }

    /// Removes what is left over, or was not written for long; nothing that is not this library's.
    pub(super) fn tidy(&self) {
        let entries = std::fs::read_dir(&self.path).into_iter().flatten();
        for entry in entries.flatten() {
            let Ok(file) = entry.file_name().into_string() else {
                continue;
            };
            let longest = match file.rsplit_once('.') {
                Some((_, "tmp")) => ABANDONED,
                Some((_, "token" | "failure")) => MAX_AGE,
                Some((_, "lock")) => {
                    let _ = lock::remove_ended(self, &file);
                    continue;
                }
                _ => continue,
            };
            if self.age(&file).is_some_and(|age| age > longest) {
                self.remove(&file);
            }
        }
    }
}

/// An unused name for a file that will be `file`.
pub(super) fn temporary_file(file: &str) -> io::Result<String> {
    let number = random::bytes().map(u64::from_ne_bytes);
    let number = number.ok_or_else(|| io::Error::other("the system has no randomness"))?;
    Ok(format!("{file}.{number:016x}.tmp"))
}
