//! A directory that nobody but its owner can look into, and the locks in it: rights are modes.
//!
//! A lock ends with its owner's process, or when it is too old. It is a file that is locked with
//! `flock(2)` before it has its name, and that tells by its time when it was taken: whoever sees the
//! file sees both. That time is of the steady clock, which nobody can set.

use std::fs::{File, FileTimes};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::{self, AtFlags, FileType, FlockOperation, Mode, OFlags, Stat};
use rustix::io::Errno;
use rustix::process::{Resource, geteuid, getrlimit};

use super::super::store::{self, LOCK_LIFE, StoreError};
use super::{problem, temporary_file};
use crate::sys::{self, LOWEST_DESCRIPTOR, UninheritedFd, no_lower_than};

const OTHERS: Mode = Mode::RWXG.union(Mode::RWXO);
const OWN_FILE: Mode = Mode::RUSR.union(Mode::WUSR);

/// Found to be safe when it was opened, and the same directory whatever happens to its name.
pub(super) struct OpenDirectory {
    descriptor: OwnedFd,
    pub(super) path: PathBuf,
}

impl OpenDirectory {
    /// Makes it if it is missing.
    pub(super) fn open(path: &Path) -> store::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let open = || fs::open(path, flags, Mode::empty());
        let opened = match open() {
            Err(Errno::NOENT) => match fs::mkdir(path, Mode::RWXU) {
                // Another process may be as fast.
                Ok(()) | Err(Errno::EXIST) => open(),
                Err(error) => Err(error),
            },
            opened => opened,
        };
        let (descriptor, stat) = opened
            .and_then(|file| no_lower_than(LOWEST_DESCRIPTOR, file))
            .and_then(|file| fs::fstat(&file).map(|stat| (file, stat)))
            .map_err(|error| problem(path, &error.into()))?;
        let (shown, user) = (path.display(), geteuid().as_raw());
        if stat.st_uid != user {
            let root = if stat.st_uid == 0 { " (root)" } else { "" };
            return Err(StoreError::Unsafe(format!(
                "{shown} is another user's: it belongs to user {}{root}, and this process runs as \
                 user {user}; give a directory of its own to each user, or make the client only \
                 after the change of user",
                stat.st_uid
            )));
        }
        let mode = Mode::from_raw_mode(stat.st_mode);
        if mode.intersects(OTHERS) {
            return Err(StoreError::Unsafe(format!(
                "other users have rights to {shown} (mode {:04o}); run chmod 700 {shown}",
                mode.as_raw_mode()
            )));
        }
        let path = path.to_owned();
        Ok(Self { descriptor, path })
    }

    /// What names this boot of the machine: a directory in memory does not outlive it. The kernel's own
    /// name for it is hidden from some services, and containers may have one each.
    #[cfg(target_os = "linux")]
    pub(super) fn boot(&self) -> Option<String> {
        const IN_MEMORY: [u32; 2] = [0x0102_1994, 0x8584_58f6]; // tmpfs, ramfs: statfs(2)
        let system = fs::fstatfs(&self.descriptor).ok()?;
        let in_memory = u32::try_from(system.f_type).is_ok_and(|t| IN_MEMORY.contains(&t));
        let stat = fs::fstat(&self.descriptor).ok().filter(|_| in_memory)?;
        Some(format!("memory {}:{}", stat.st_dev, stat.st_ino))
    }

    fn open_file(&self, file: &str, flags: OFlags, mode: Mode) -> Result<OwnedFd, Errno> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        fs::openat(&self.descriptor, file, flags, mode)
            .and_then(|file| no_lower_than(LOWEST_DESCRIPTOR, file))
    }

    /// None of what is no file of this user's alone.
    pub(super) fn open_to_read(&self, file: &str) -> Option<File> {
        let descriptor = self.open_file(file, OFlags::RDONLY, Mode::empty()).ok()?;
        fs::fstat(&descriptor).ok().filter(is_private_file)?;
        Some(descriptor.into())
    }

    /// An empty file, which will have this length.
    pub(super) fn create(&self, file: &str, length: usize) -> io::Result<File> {
        // The kernel ends a process that writes beyond its limit, by a signal.
        if !fits(length, getrlimit(Resource::Fsize).current) {
            return Err(Errno::FBIG.into());
        }
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL;
        let descriptor = self.open_file(file, flags, OWN_FILE)?;
        // Whatever the umask has left of it.
        fs::fchmod(&descriptor, OWN_FILE)?;
        Ok(descriptor.into())
    }

    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(fs::renameat(&self.descriptor, from, &self.descriptor, to)?)
    }

    pub(super) fn remove(&self, file: &str) {
        let _ = fs::unlinkat(&self.descriptor, file, AtFlags::empty());
    }

    fn stat(&self, file: &str) -> Result<Stat, Errno> {
        fs::statat(&self.descriptor, file, AtFlags::SYMLINK_NOFOLLOW)
    }

    /// How long ago a file of this user's alone was written.
    pub(super) fn age(&self, file: &str) -> Option<Duration> {
        let stat = self.stat(file).ok().filter(is_private_file)?;
        Some(sys::wall().saturating_sub(modified(&stat)))
    }

    /// The lock that is this file, until it is dropped. None if another process has it.
    pub(super) fn lock(self, file: String) -> io::Result<Option<FileLock>> {
        if !self.remove_ended_lock(&file)? {
            return Ok(None);
        }
        let temporary = temporary_file(&file)?;
        let created = self.create(&temporary, 0)?;
        let taken = SystemTime::UNIX_EPOCH + sys::steady_now();
        let dated = created.set_times(FileTimes::new().set_modified(taken));
        let descriptor = UninheritedFd::new(OwnedFd::from(created));
        let at = &self.descriptor;
        let named = dated.and_then(|()| {
            fs::flock(&descriptor, FlockOperation::NonBlockingLockExclusive)?;
            match fs::linkat(at, &temporary, at, &file, AtFlags::empty()) {
                // Another process was faster.
                Err(Errno::EXIST) => Ok(false),
                linked => Ok(linked.map(|()| true)?),
            }
        });
        self.remove(&temporary);
        Ok(named?.then(|| FileLock {
            directory: self,
            file,
            descriptor,
        }))
    }

    /// Removes a lock whose owner has died, or has held it for too long. False if it has not ended.
    pub(super) fn remove_ended_lock(&self, file: &str) -> io::Result<bool> {
        let descriptor = match self.open_file(file, OFlags::RDWR, OWN_FILE) {
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
        self.remove_if_same(file, &seen);
        Ok(true)
    }

    /// Another process may have its own lock there by now.
    fn remove_if_same(&self, file: &str, seen: &Stat) {
        let same = |there: Stat| (there.st_dev, there.st_ino) == (seen.st_dev, seen.st_ino);
        if self.stat(file).is_ok_and(same) {
            self.remove(file);
        }
    }
}

fn fits(length: usize, most: Option<u64>) -> bool {
    most.is_none_or(|most| length as u64 <= most)
}

fn is_private_file(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
        && stat.st_uid == geteuid().as_raw()
        && !Mode::from_raw_mode(stat.st_mode).intersects(OTHERS)
}

/// Since the epoch of the clock that set it.
fn modified(stat: &Stat) -> Duration {
    Duration::new(
        u64::try_from(stat.st_mtime).unwrap_or_default(),
        u32::try_from(stat.st_mtime_nsec).unwrap_or_default(),
    )
}

/// Also if it was taken at a time to come: by another machine.
fn is_too_old(stat: &Stat) -> bool {
    const LEEWAY: Duration = Duration::from_secs(1);
    let (now, taken) = (sys::steady_now(), modified(stat));
    taken > now + LEEWAY || now.saturating_sub(taken) > LOCK_LIFE
}

pub(super) struct FileLock {
    directory: OpenDirectory,
    file: String,
    descriptor: UninheritedFd,
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // In a forked child the lock is the parent's.
        if !self.descriptor.is_ours() {
            return;
        }
        if let Ok(ours) = fs::fstat(&self.descriptor) {
            self.directory.remove_if_same(&self.file, &ours);
        }
        // By hand: a child that was forked without hooks may have a copy of the descriptor.
        let _ = fs::flock(&self.descriptor, FlockOperation::Unlock);
    }
}

#[cfg(test)]
mod tests;
