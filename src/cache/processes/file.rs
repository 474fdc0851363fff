//! Values in files of a directory that one user's processes on one machine share.
//!
//! A value is written to a temporary file, flushed and renamed: it is there whole or not at all. A
//! lock is there only while it is held. Whoever meets one that has ended removes it and takes
//! another; should two do that at once, both ask the gateway, which does no harm.

mod directory;
#[cfg(any(windows, test))]
mod rights;
#[cfg(not(windows))]
mod unix;
#[cfg(windows)]
mod windows;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use self::directory::Problem;
#[cfg(not(windows))]
use self::unix::{OpenDirectory, RIGHTS, lock};
#[cfg(windows)]
use self::windows::{OpenDirectory, RIGHTS, lock};
use super::store::{Done, Lock, NewToken, Store, StoreError, Value, Values};
use crate::sys::{self, SteadyClock};
use crate::{Deadline, Failure, Origin, Status};

pub(super) struct FileStore {
    directory: PathBuf,
}

impl FileStore {
    /// An error says that the directory is unsafe. If it cannot be made it may be made later.
    pub(super) fn open(directory: &Path) -> Result<Self, Failure> {
        if let Err(Problem::Unsafe(why)) = OpenDirectory::open(directory) {
            let why = format!("option cache: {why}");
            return Err(Failure::new(Status::MOMO_CACHE_FAILED, why));
        }
        Ok(Self {
            directory: directory.to_owned(),
        })
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

fn failure_file(name: &str) -> String {
    format!("{name}.failure")
}

fn value(directory: &OpenDirectory, file: &str) -> Option<Value> {
    let sealed = directory.read(file)?;
    Some(Value { sealed, left: None })
}

impl Store for FileStore {
    fn origin(&self) -> Origin {
        Origin::DIRECTORY
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

    fn write_token(&self, name: &str, token: &NewToken, _: Deadline) -> Done {
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

    fn write_failure(&self, name: &str, sealed: &[u8], _: Duration, _: Deadline) -> Done {
        self.opened()?.write(&failure_file(name), sealed)
    }

    fn remove_token(&self, name: &str, sealed: &[u8], _: Deadline) -> Done {
        let directory = self.opened()?;
        let file = token_file(name);
        if directory.read(&file).as_deref() == Some(sealed) {
            directory.remove(&file);
        }
        Ok(())
    }

    fn lock(self: Arc<Self>, name: &str, _: Deadline) -> Result<Option<Lock>, StoreError> {
        let lock = lock::take(self.opened()?, format!("{name}.lock")).map_err(|error| {
            StoreError::Failed(format!(
                "its lock cannot be taken ({error}); check owner and {RIGHTS} of the directory, and \
                 that its file system has links and locks"
            ))
        })?;
        Ok(lock.map(|lock| Box::new(lock) as Lock))
    }
}

#[cfg(test)]
mod tests;
