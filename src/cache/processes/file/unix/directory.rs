//! A directory that nobody but its owner can look into, and whole files in it.

use std::io::{Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{self, AtFlags, FileType, Mode, OFlags, Stat, Timespec, Timestamps};
use rustix::io::Errno;
use rustix::process::{Resource, geteuid, getrlimit};

use super::super::super::store::StoreError;
use super::super::{Kept, Problem, kept, temporary_file};
use super::lock;
use crate::sys;

const OTHERS: Mode = Mode::RWXG.union(Mode::RWXO);

/// Found to be safe when it was opened, and the same directory whatever happens to its name.
pub(in super::super) struct OpenDirectory {
    descriptor: OwnedFd,
    path: PathBuf,
}

pub(super) fn problem(path: &Path, error: Errno) -> Problem {
    let shown = path.display();
    let kind = fs::lstat(path).map(|stat| FileType::from_raw_mode(stat.st_mode));
    match kind {
        Ok(FileType::Symlink) => Problem::Unsafe(format!(
            "{shown} is a link, which others may point elsewhere; give the directory itself"
        )),
        Ok(kind) if kind != FileType::Directory => {
            Problem::Unsafe(format!("{shown} is no directory; give one"))
        }
        _ => Problem::Unusable(format!(
            "{shown} cannot be opened or made ({}); check that the directory above it is there, \
             and its mode",
            words(error)
        )),
    }
}

fn words(error: Errno) -> std::io::Error {
    error.into()
}

/// The first descriptor behind standard input, output and error. Where the host has closed one of
/// them, a file must not take its place: what the host writes there would go into the file.
const LOWEST_DESCRIPTOR: RawFd = 3;

/// The descriptor, or another of the same file, that is no lower than `lowest`.
pub(super) fn no_lower_than(lowest: RawFd, descriptor: OwnedFd) -> Result<OwnedFd, Errno> {
    if descriptor.as_raw_fd() >= lowest {
        return Ok(descriptor);
    }
    rustix::io::fcntl_dupfd_cloexec(&descriptor, lowest)
}

impl OpenDirectory {
    /// Makes it where it is missing.
    pub(in super::super) fn open(path: &Path) -> Result<Self, Problem> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let open = || fs::open(path, flags, Mode::empty());
        let opened = match open() {
            Err(Errno::NOENT) => {
                // Another process may be as fast.
                match fs::mkdir(path, Mode::RWXU) {
                    Ok(()) | Err(Errno::EXIST) => open(),
                    Err(error) => Err(error),
                }
            }
            opened => opened,
        };
        let descriptor = opened
            .and_then(|file| no_lower_than(LOWEST_DESCRIPTOR, file))
            .map_err(|error| problem(path, error))?;
        let stat = fs::fstat(&descriptor).map_err(|error| problem(path, error))?;
        let user = geteuid().as_raw();
        if stat.st_uid != user {
            let root = if stat.st_uid == 0 { " (root)" } else { "" };
            return Err(Problem::Unsafe(format!(
                "{} is another user's: it belongs to user {}{root}, and this process runs as user \
                 {user}; give a directory of its own to each user, or make the client only after the \
                 change of user",
                path.display(),
                stat.st_uid
            )));
        }
        let mode = Mode::from_raw_mode(stat.st_mode);
        if mode.intersects(OTHERS) {
            return Err(Problem::Unsafe(format!(
                "other users have rights to {0} (mode {1:04o}); run chmod 700 {0}",
                path.display(),
                mode.as_raw_mode()
            )));
        }
        Ok(Self {
            descriptor,
            path: path.to_owned(),
        })
    }

    /// What names this boot of the machine: a directory in memory does not outlive it. The kernel's own
    /// name for it is hidden from some services, and containers may have one each.
    pub(in super::super) fn boot(&self) -> Option<String> {
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

    fn not_written(&self, file: &str, error: Errno) -> StoreError {
        let file = self.path.join(file);
        StoreError::Failed(format!(
            "{} cannot be written ({}); check owner, mode and free space",
            file.display(),
            words(error)
        ))
    }

    pub(super) fn open_file(
        &self,
        file: &str,
        flags: OFlags,
        mode: Mode,
    ) -> Result<OwnedFd, Errno> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        fs::openat(&self.descriptor, file, flags, mode)
            .and_then(|file| no_lower_than(LOWEST_DESCRIPTOR, file))
    }

    pub(super) fn stat(&self, file: &str) -> Result<Stat, Errno> {
        fs::statat(&self.descriptor, file, AtFlags::SYMLINK_NOFOLLOW)
    }

    /// When a file of this user's alone was written, since the Unix epoch.
    pub(super) fn modified(&self, file: &str) -> Option<Duration> {
        let stat = self.stat(file).ok().filter(is_private_file)?;
        Some(modified(&stat))
    }

    pub(in super::super) fn remove(&self, file: &str) {
        let _ = fs::unlinkat(&self.descriptor, file, AtFlags::empty());
    }

    /// None where there is none, or something else than a file of this user's alone, or more than
    /// `largest` bytes.
    pub(in super::super) fn read(&self, file: &str, largest: usize) -> Option<Vec<u8>> {
        let descriptor = self.open_file(file, OFlags::RDONLY, Mode::empty()).ok()?;
        let stat = fs::fstat(&descriptor).ok().filter(is_private_file)?;
        // With room for all of it one read is enough.
        let length = usize::try_from(stat.st_size).unwrap_or_default();
        let mut bytes = Vec::with_capacity(length.min(largest) + 1);
        let mut limited = std::fs::File::from(descriptor).take(largest as u64 + 1);
        limited.read_to_end(&mut bytes).ok()?;
        (bytes.len() <= largest).then_some(bytes)
    }

    /// Puts a file with these bytes in the place of whatever is there, at once.
    pub(in super::super) fn write(&self, file: &str, bytes: &[u8]) -> Result<(), StoreError> {
        // The kernel ends a process that writes beyond this limit, by a signal.
        if !fits(bytes.len(), getrlimit(Resource::Fsize).current) {
            return Err(self.not_written(file, Errno::FBIG));
        }
        let (temporary, descriptor) = self
            .create_temporary(file)
            .map_err(|error| self.not_written(file, error))?;
        let written = fill(descriptor, bytes)
            .and_then(|()| fs::renameat(&self.descriptor, &temporary, &self.descriptor, file));
        written.map_err(|error| {
            self.remove(&temporary);
            self.not_written(file, error)
        })
    }

    /// An empty file, under a name of its own, that will be `file`.
    pub(super) fn create_temporary(&self, file: &str) -> Result<(String, OwnedFd), Errno> {
        let temporary = temporary_file(file).map_err(|_| Errno::AGAIN)?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL;
        let descriptor = self.open_file(&temporary, flags, OWN_FILE)?;
        // Whatever the umask has left of it.
        fs::fchmod(&descriptor, OWN_FILE)?;
        Ok((temporary, descriptor))
    }

    /// Gives a file a second name, where nothing has that name.
    pub(super) fn link(&self, file: &str, name: &str) -> Result<(), Errno> {
        let directory = &self.descriptor;
        fs::linkat(directory, file, directory, name, AtFlags::empty())
    }

    /// Removes temporary files that are left over, and what has not been written for long.
    pub(in super::super) fn tidy(&self) {
        let Ok(entries) = fs::Dir::read_from(&self.descriptor) else {
            return;
        };
        let now = sys::wall();
        for entry in entries.flatten() {
            let Ok(file) = entry.file_name().to_str() else {
                continue;
            };
            let longest = match kept(file) {
                Some(Kept::For(time)) => time,
                Some(Kept::UntilItsLockEnds) => {
                    let _ = lock::remove_ended(self, file);
                    continue;
                }
                None => continue,
            };
            let age = self.modified(file).map(|at| now.saturating_sub(at));
            if age.is_some_and(|age| age > longest) {
                self.remove(file);
            }
        }
    }
}

pub(super) fn fits(length: usize, most: Option<u64>) -> bool {
    most.is_none_or(|most| length as u64 <= most)
}

fn fill(descriptor: OwnedFd, bytes: &[u8]) -> Result<(), Errno> {
    let mut file = std::fs::File::from(descriptor);
    let io = |error: std::io::Error| Errno::from_io_error(&error).unwrap_or(Errno::IO);
    file.write_all(bytes).map_err(io)?;
    file.sync_all().map_err(io)
}

pub(super) const OWN_FILE: Mode = Mode::RUSR.union(Mode::WUSR);

fn is_private_file(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
        && stat.st_uid == geteuid().as_raw()
        && !Mode::from_raw_mode(stat.st_mode).intersects(OTHERS)
}

pub(super) fn modified(stat: &Stat) -> Duration {
    Duration::new(
        u64::try_from(stat.st_mtime).unwrap_or_default(),
        u32::try_from(stat.st_mtime_nsec).unwrap_or_default(),
    )
}

pub(super) fn set_modified(file: impl AsFd, at: Duration) -> Result<(), Errno> {
    let at = Timespec {
        tv_sec: i64::try_from(at.as_secs()).unwrap_or_default(),
        tv_nsec: at.subsec_nanos().into(),
    };
    let times = Timestamps {
        last_access: at,
        last_modification: at,
    };
    fs::futimens(file, &times)
}
