//! A lock among processes, which ends with its owner's process, or when it is too old.
//!
//! It is a file that is locked with `flock(2)` before it has its name, and that tells by its time
//! when it was taken: whoever sees the file sees both. That time is of the steady clock, which
//! nobody can set.

use std::fs::FileTimes;
use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, SystemTime};

use rustix::fs::{self, AtFlags, FlockOperation, OFlags, Stat};
use rustix::io::Errno;

use super::super::super::store::LOCK_LIFE;
use super::super::directory::temporary_file;
use super::{OWN_FILE, OpenDirectory, modified};
use crate::sys::{self, UninheritedFd};

pub(in super::super) struct FileLock {
    directory: OpenDirectory,
    file: String,
    descriptor: UninheritedFd,
}

/// None if another process has it.
pub(in super::super) fn take(
    directory: OpenDirectory,
    file: String,
) -> io::Result<Option<FileLock>> {
    if !remove_ended(&directory, &file)? {
        return Ok(None);
    }
    let temporary = temporary_file(&file)?;
    let created = directory.create(&temporary, 0)?;
    let taken = SystemTime::UNIX_EPOCH + sys::steady_now();
    let dated = created.set_times(FileTimes::new().set_modified(taken));
    let descriptor = UninheritedFd::new(OwnedFd::from(created));
    let at = &directory.descriptor;
    let named = dated.and_then(|()| {
        fs::flock(&descriptor, FlockOperation::NonBlockingLockExclusive)?;
        match fs::linkat(at, &temporary, at, &file, AtFlags::empty()) {
            // Another process was faster.
            Err(Errno::EXIST) => Ok(false),
            linked => Ok(linked.map(|()| true)?),
        }
    });
    directory.remove(&temporary);
    Ok(named?.then(|| FileLock {
        directory,
        file,
        descriptor,
    }))
}

/// Removes a lock whose owner has died, or has held it for too long. False if it has not ended.
pub(in super::super) fn remove_ended(directory: &OpenDirectory, file: &str) -> io::Result<bool> {
    let descriptor = match directory.open_file(file, OFlags::RDWR, OWN_FILE) {
        Ok(descriptor) => UninheritedFd::new(descriptor),
        Err(Errno::NOENT) => return Ok(true),
        Err(error) => return Err(error.into()),
    };
    let locked = fs::flock(&descriptor, FlockOperation::NonBlockingLockExclusive);
    let seen = fs::fstat(&descriptor)?;
    match locked {
        Err(Errno::WOULDBLOCK) if !is_too_old(&seen) => return Ok(false),
        Ok(()) | Err(Errno::WOULDBLOCK) => {}
        Err(error) => return Err(error.into()),
    }
    remove_if_same(directory, file, &seen);
    Ok(true)
}

/// Also if it was taken at a time to come: by another machine.
fn is_too_old(stat: &Stat) -> bool {
    const LEEWAY: Duration = Duration::from_secs(1);
    let (now, taken) = (sys::steady_now(), modified(stat));
    taken > now + LEEWAY || now.saturating_sub(taken) > LOCK_LIFE
}

/// Another process may have its own lock there by now.
fn remove_if_same(directory: &OpenDirectory, file: &str, seen: &Stat) {
    let same = |there: Stat| (there.st_dev, there.st_ino) == (seen.st_dev, seen.st_ino);
    if directory.stat(file).is_ok_and(same) {
        directory.remove(file);
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // In a forked child the lock is the parent's.
        if !self.descriptor.is_ours() {
            return;
        }
        if let Ok(ours) = fs::fstat(&self.descriptor) {
            remove_if_same(&self.directory, &self.file, &ours);
        }
        // By hand: a child that was forked without hooks may have a copy of the descriptor.
        let _ = fs::flock(&self.descriptor, FlockOperation::Unlock);
    }
}
