//! Values in files of a directory that one user's processes on one machine share.
//!
//! A value is written to a temporary file, flushed and renamed: it is there whole or not at all. A
//! lock is there only while it is held. Whoever meets one that has ended removes it and takes
//! another; should two do that at once, both ask the gateway, which does no harm.

#[cfg(not(windows))]
mod unix;
#[cfg(windows)]
mod windows;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ring::error::Unspecified;

#[cfg(not(windows))]
use self::unix::{OpenDirectory, lock};
#[cfg(windows)]
use self::windows::{OpenDirectory, lock};
use super::store::{Lock, MAX_VALUE_BYTES, NewToken, Store, StoreError, Value, Values};
use crate::deadline::Deadline;
use crate::error::{Failure, Status};
use crate::sys::{self, SteadyClock, random};
use crate::token::Origin;

/// What nobody has written for so long is of no use: a token lives for a day at most.
const MAX_AGE: Duration = Duration::from_secs(25 * 3600);
/// A temporary file of a process that died while it wrote it.
const ABANDONED: Duration = Duration::from_secs(60);

pub(super) struct FileStore {
    directory: PathBuf,
}

/// What keeps a directory from being used.
enum Problem {
    /// Others could read or write there.
    Unsafe(String),
    Unusable(String),
}

impl FileStore {
    /// An error says that the directory is unsafe. Where it cannot be made it may be made later.
    pub(super) fn open(directory: &Path) -> Result<Self, Failure> {
        let store = Self {
            directory: directory.to_owned(),
        };
        match OpenDirectory::open(&store.directory) {
            Err(Problem::Unsafe(why)) => Err(Failure::new(
                Status::MOMO_CACHE_FAILED,
                format!("option cache: {why}"),
            )),
            Err(Problem::Unusable(_)) | Ok(_) => Ok(store),
        }
    }

    fn opened(&self) -> Result<OpenDirectory, StoreError> {
        OpenDirectory::open(&self.directory).map_err(|problem| match problem {
            Problem::Unsafe(why) | Problem::Unusable(why) => StoreError::Failed(why),
        })
    }
}

fn token_file(name: &str) -> String {
    format!("{name}.token")
}

fn value(directory: &OpenDirectory, file: &str) -> Option<Value> {
    let sealed = directory.read(file, MAX_VALUE_BYTES)?;
    Some(Value { sealed, left: None })
}

/// An unused name for a file that will be `file`.
fn temporary_file(file: &str) -> Result<String, Unspecified> {
    let mut bytes = [0; 8];
    random::fill(&mut bytes)?;
    Ok(format!("{file}.{:016x}.tmp", u64::from_ne_bytes(bytes)))
}

/// What a file in the directory is kept for.
enum Kept {
    /// Until it is as old as this.
    For(Duration),
    UntilItsLockEnds,
}

/// None of what is not this library's.
fn kept(file: &str) -> Option<Kept> {
    match file.rsplit_once('.')?.1 {
        "tmp" => Some(Kept::For(ABANDONED)),
        "token" | "failure" => Some(Kept::For(MAX_AGE)),
        "lock" => Some(Kept::UntilItsLockEnds),
        _ => None,
    }
}

fn failure_file(name: &str) -> String {
    format!("{name}.failure")
}

impl Store for FileStore {
    fn origin(&self) -> Origin {
        Origin::File
    }

    fn clock(&self) -> Option<SteadyClock> {
        let directory = self.opened().ok();
        sys::steady_clock(directory.and_then(|directory| directory.boot()))
    }

    fn read(&self, name: &str, _: Deadline) -> Result<Values, StoreError> {
        let directory = self.opened()?;
        Ok(Values {
            token: value(&directory, &token_file(name)),
            failure: value(&directory, &failure_file(name)),
        })
    }

    fn write_token(&self, name: &str, token: &NewToken, _: Deadline) -> Result<(), StoreError> {
        let directory = self.opened()?;
        let file = token_file(name);
        if value(&directory, &file).is_some_and(|there| (token.is_newer)(&there)) {
            return Ok(());
        }
        directory.write(&file, token.sealed)?;
        directory.remove(&failure_file(name));
        directory.tidy();
        Ok(())
    }

    fn write_failure(
        &self,
        name: &str,
        sealed: &[u8],
        _: Duration,
        _: Deadline,
    ) -> Result<(), StoreError> {
        self.opened()?.write(&failure_file(name), sealed)
    }

    fn remove_token(&self, name: &str, sealed: &[u8], _: Deadline) -> Result<(), StoreError> {
        let directory = self.opened()?;
        let file = token_file(name);
        if directory.read(&file, MAX_VALUE_BYTES).as_deref() == Some(sealed) {
            directory.remove(&file);
        }
        Ok(())
    }

    fn lock(self: Arc<Self>, name: &str, _: Deadline) -> Result<Option<Lock>, StoreError> {
        let lock = lock::take(self.opened()?, &format!("{name}.lock"))?;
        Ok(lock.map(|lock| Box::new(lock) as Lock))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "file_tests.rs"]
mod tests;
