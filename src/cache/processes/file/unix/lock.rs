//! A lock among processes, which ends with its owner's process, or when it is too old.
//!
//! It is a file that is locked with `flock(2)` before it has its name, and that tells by its time
//! when it was taken: whoever sees the file sees both. That time is of the steady clock, which
//! nobody can set.

use std::time::Duration;

use rustix::fs::{self, FlockOperation, OFlags, Stat};
use rustix::io::Errno;

use super::super::super::store::{LOCK_LIFE, StoreError};
use super::directory::{OWN_FILE, OpenDirectory, modified, set_modified};
use crate::sys::{self, UninheritedFd};

/// A lock that ended may be another's again at once.
const MAX_ATTEMPTS: u32 = 4;

pub(in super::super) struct FileLock {
    directory: OpenDirectory,
    file: String,
    descriptor: UninheritedFd,
}

/// None where another process has it.
pub(in super::super) fn take(
    directory: OpenDirectory,
    file: &str,
) -> Result<Option<FileLock>, StoreError> {
    match try_take(&directory, file) {
        Ok(Some(descriptor)) => Ok(Some(FileLock {
            directory,
            file: file.to_owned(),
            descriptor,
        })),
        Ok(None) => Ok(None),
        Err(error) => Err(StoreError::Failed(format!(
            "its lock cannot be taken ({}); check owner and mode of the directory, and that its \
             file system has links and locks",
            std::io::Error::from(error)
        ))),
    }
}

fn try_take(directory: &OpenDirectory, file: &str) -> Result<Option<UninheritedFd>, Errno> {
    for _ in 0..MAX_ATTEMPTS {
        if !remove_ended(directory, file)? {
            return Ok(None);
        }
        match create(directory, file) {
            Err(Errno::EXIST) => {}
            created => return created.map(Some),
        }
    }
    Ok(None)
}

/// Removes a lock whose owner has died, or has held it for too long. False where it has not ended.
pub(super) fn remove_ended(directory: &OpenDirectory, file: &str) -> Result<bool, Errno> {
    let descriptor = match directory.open_file(file, OFlags::RDWR, OWN_FILE) {
        Ok(descriptor) => UninheritedFd::new(descriptor),
        Err(Errno::NOENT) => return Ok(true),
        Err(error) => return Err(error),
    };
    let locked = fs::flock(&descriptor, FlockOperation::NonBlockingLockExclusive);
    let seen = fs::fstat(&descriptor)?;
    match locked {
        Ok(()) => {}
        Err(Errno::WOULDBLOCK) if is_too_old(&seen) => {}
        Err(Errno::WOULDBLOCK) => return Ok(false),
        Err(error) => return Err(error),
    }
    if is_there(directory, file, &seen) {
        directory.remove(file);
    }
    Ok(true)
}

fn create(directory: &OpenDirectory, file: &str) -> Result<UninheritedFd, Errno> {
    let (temporary, descriptor) = directory.create_temporary(file)?;
    let descriptor = UninheritedFd::new(descriptor);
    let created = fs::flock(&descriptor, FlockOperation::NonBlockingLockExclusive)
        .and_then(|()| set_modified(&descriptor, sys::steady_now()))
        .and_then(|()| directory.link(&temporary, file));
    directory.remove(&temporary);
    created.map(|()| descriptor)
}

/// Also where it was taken at a time to come: by another machine.
fn is_too_old(stat: &Stat) -> bool {
    const LEEWAY: Duration = Duration::from_secs(1);
    let (now, taken) = (sys::steady_now(), modified(stat));
    taken > now + LEEWAY || now.saturating_sub(taken) > LOCK_LIFE
}

fn is_there(directory: &OpenDirectory, file: &str, seen: &Stat) -> bool {
    let same = |there: Stat| (there.st_dev, there.st_ino) == (seen.st_dev, seen.st_ino);
    directory.stat(file).is_ok_and(same)
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // In a forked child the lock is the parent's.
        if !self.descriptor.is_ours() {
            return;
        }
        // Another has it where this one was held for too long.
        if fs::fstat(&self.descriptor)
            .is_ok_and(|ours| is_there(&self.directory, &self.file, &ours))
        {
            self.directory.remove(&self.file);
        }
        // By hand: a child that was forked without hooks may have a copy of the descriptor.
        let _ = fs::flock(&self.descriptor, FlockOperation::Unlock);
    }
}
