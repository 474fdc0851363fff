//! A directory that nobody but its owner can look into: rights are modes.

pub(super) mod lock;

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{self, AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;
use rustix::process::{Resource, geteuid, getrlimit};

use super::directory::Problem;
use crate::sys::{self, LOWEST_DESCRIPTOR, no_lower_than};

/// What messages call the rights to a file.
pub(super) const RIGHTS: &str = "mode";

const OTHERS: Mode = Mode::RWXG.union(Mode::RWXO);
const OWN_FILE: Mode = Mode::RUSR.union(Mode::WUSR);

/// Found to be safe when it was opened, and the same directory whatever happens to its name.
pub(super) struct OpenDirectory {
    descriptor: OwnedFd,
    pub(super) path: PathBuf,
}

impl OpenDirectory {
    /// Makes it if it is missing.
    pub(super) fn open(path: &Path) -> Result<Self, Problem> {
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
            .map_err(|error| Problem::of(path, &error.into()))?;
        let (shown, user) = (path.display(), geteuid().as_raw());
        if stat.st_uid != user {
            let root = if stat.st_uid == 0 { " (root)" } else { "" };
            return Err(Problem::Unsafe(format!(
                "{shown} is another user's: it belongs to user {}{root}, and this process runs as \
                 user {user}; give a directory of its own to each user, or make the client only \
                 after the change of user",
                stat.st_uid
            )));
        }
        let mode = Mode::from_raw_mode(stat.st_mode);
        if mode.intersects(OTHERS) {
            return Err(Problem::Unsafe(format!(
                "other users have rights to {shown} (mode {:04o}); run chmod 700 {shown}",
                mode.as_raw_mode()
            )));
        }
        let path = path.to_owned();
        Ok(Self { descriptor, path })
    }

    /// What names this boot of the machine: a directory in memory does not outlive it. The kernel's own
    /// name for it is hidden from some services, and containers may have one each.
    pub(super) fn boot(&self) -> Option<String> {
        #[cfg(target_os = "linux")]
        {
            const IN_MEMORY: [u32; 2] = [0x0102_1994, 0x8584_58f6]; // tmpfs, ramfs: statfs(2)
            let system = fs::fstatfs(&self.descriptor).ok()?;
            let in_memory = u32::try_from(system.f_type).is_ok_and(|t| IN_MEMORY.contains(&t));
            let stat = fs::fstat(&self.descriptor).ok().filter(|_| in_memory)?;
            Some(format!("memory {}:{}", stat.st_dev, stat.st_ino))
        }
        #[cfg(not(target_os = "linux"))]
        None
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

#[cfg(test)]
mod tests;
