//! Values in files of a directory that one user's processes on one machine share.
//!
//! A value is written to a temporary file, flushed and renamed: it is there whole or not at all. A
//! lock is there only while it is held. Whoever meets one that has ended removes it and takes
//! another; should two do that at once, both ask the gateway, which does no harm.

#[cfg(any(windows, test))]
mod rights;
#[cfg(not(windows))]
mod unix;
#[cfg(windows)]
mod windows;

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

#[cfg(not(windows))]
use self::unix::OpenDirectory;
#[cfg(windows)]
use self::windows::OpenDirectory;
use super::store::{Age, Done, Lock, MAX_VALUE_BYTES, Result, Store, StoreError, Value, Values};
use crate::net::Limits;
use crate::sys::random;
use crate::{Failure, Status};

/// What nobody has written for so long is of no use: a token lives for a day at most.
const MAX_AGE: Duration = Duration::from_secs(25 * 3600);
/// A temporary file of a process that died while it wrote it.
const ABANDONED: Duration = Duration::from_secs(60);

/// What messages call the rights to a file.
const RIGHTS: &str = if cfg!(windows) { "rights" } else { "mode" };

pub(super) struct FileStore {
    directory: PathBuf,
}

impl FileStore {
    /// An error says that the directory is unsafe. If it cannot be made it may be made later.
    pub(super) fn open(directory: &Path) -> std::result::Result<Self, Failure> {
        if let Err(StoreError::Unsafe(why)) = OpenDirectory::open(directory) {
            let why = format!("option cache: {why}");
            return Err(Failure::new(Status::MOMO_CACHE_FAILED, why));
        }
        let directory = directory.to_owned();
        Ok(Self { directory })
    }

    fn opened(&self) -> Result<OpenDirectory> {
        OpenDirectory::open(&self.directory)
    }
}

/// The names of the files of its token, its failure and its lock.
fn files(name: &str) -> [String; 3] {
    ["token", "failure", "lock"].map(|kind| [name, ".", kind].concat())
}

impl Store for FileStore {
    #[cfg(target_os = "linux")]
    fn clock(&self) -> Option<crate::sys::SteadyClock> {
        let directory = self.opened().ok();
        crate::sys::steady_clock(directory.and_then(|directory| directory.boot()))
    }

    fn read(&self, name: &str, _: &Limits) -> Result<Values> {
        let [token, failure, _] = files(name);
        let directory = self.opened()?;
        let [token, failure] = [token, failure].map(|file| directory.read(&file));
        Ok(Values { token, failure })
    }

    fn write_token(&self, name: &str, sealed: &[u8], _: Age, _: &Limits) -> Done {
        let [token, failure, _] = files(name);
        let directory = self.opened()?;
        directory.write(&token, sealed)?;
        directory.remove(&failure);
        directory.tidy();
        Ok(())
    }

    fn write_failure(&self, name: &str, sealed: &[u8], _: Duration, _: &Limits) -> Done {
        let [_, failure, _] = files(name);
        self.opened()?.write(&failure, sealed)
    }

    fn remove_token(&self, name: &str, sealed: &[u8], _: &Limits) -> Done {
        let [token, ..] = files(name);
        let directory = self.opened()?;
        let there = directory.read(&token);
        if there.is_some_and(|there| there.sealed == sealed) {
            directory.remove(&token);
        }
        Ok(())
    }

    fn lock(self: Arc<Self>, name: &str, _: &Limits) -> Result<Option<Lock>> {
        let [_, _, file] = files(name);
        let lock = self.opened()?.lock(file).map_err(|error| {
            StoreError::Failed(format!(
                "its lock cannot be taken ({error}); check owner and {RIGHTS} of the directory, and \
                 that its file system has links and locks"
            ))
        })?;
        Ok(lock.map(|lock| Box::new(lock) as Lock))
    }
}

impl OpenDirectory {
    /// None of what is no file of this user's alone, or larger than any value.
    fn read(&self, file: &str) -> Option<Value> {
        // With room for all of it one read is enough.
        let mut sealed = Vec::with_capacity(MAX_VALUE_BYTES + 1);
        let mut limited = self.open_to_read(file)?.take(MAX_VALUE_BYTES as u64 + 1);
        limited.read_to_end(&mut sealed).ok()?;
        (sealed.len() <= MAX_VALUE_BYTES).then_some(Value { sealed, left: None })
    }

    fn write(&self, file: &str, bytes: &[u8]) -> Done {
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
    fn tidy(&self) {
        let files = std::fs::read_dir(&self.path)
            .into_iter()
            .flatten()
            .flatten();
        for file in files.filter_map(|entry| entry.file_name().into_string().ok()) {
            let is_older = |most| self.age(&file).is_some_and(|age| age > most);
            match kind_of_own(&file) {
                Some("lock") => drop(self.remove_ended_lock(&file)),
                Some("tmp") if is_older(ABANDONED) => self.remove(&file),
                Some("token" | "failure") if is_older(MAX_AGE) => self.remove(&file),
                _ => {}
            }
        }
    }
}

/// What a file is if this library has written it; None of another program's, which may have such
/// an ending, too.
fn kind_of_own(file: &str) -> Option<&str> {
    let is_hex = |text: &str, length| {
        text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let (name, rest) = file.split_once('.')?;
    let mut words = rest.split('.');
    let kind = words.next().filter(|_| is_hex(name, 64))?;
    match (words.next(), words.next(), words.next()) {
        (None, ..) => Some(kind),
        (Some(number), Some("tmp"), None) if is_hex(number, 16) => Some("tmp"),
        _ => None,
    }
}

/// An unused name for a file that will be `file`.
fn temporary_file(file: &str) -> io::Result<String> {
    let number = random::bytes().map(u64::from_ne_bytes);
    let number = number.ok_or_else(|| io::Error::other("the system has no randomness"))?;
    Ok(format!("{file}.{number:016x}.tmp"))
}

/// Of a path that could not be opened or made as a directory.
fn problem(path: &Path, error: &io::Error) -> StoreError {
    let shown = path.display();
    match std::fs::symlink_metadata(path).map(|metadata| metadata.file_type()) {
        Ok(kind) if kind.is_symlink() => StoreError::Unsafe(format!(
            "{shown} is a link, which others may point elsewhere; give the directory itself"
        )),
        Ok(kind) if !kind.is_dir() => {
            StoreError::Unsafe(format!("{shown} is no directory; give one"))
        }
        _ => StoreError::Failed(format!(
            "{shown} cannot be opened or made ({error}); check that the directory above it is \
             there, and its {RIGHTS}"
        )),
    }
}

#[cfg(test)]
mod tests;
