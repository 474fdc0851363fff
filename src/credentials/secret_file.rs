//! Secret file: holds one credential, and has a stamp that changes with it.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use super::Check;
use super::credential::check_api_key;
use crate::clock::Now;
use crate::pasted;
use crate::secret::Secret;

/// More than any credential, and little if /dev/zero is read by mistake.
const MAX_FILE_BYTES: u64 = 4096;

/// Which file it is and when it was last changed: the same stamp says that nothing has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Stamp {
    /// Device and inode, on systems that have such numbers.
    file: (u64, u64),
    length: u64,
    /// The later of the times of its content and of its inode (a renamed file has an old content),
    /// since the Unix epoch.
    changed: Duration,
}

impl Stamp {
    pub(super) fn of(path: &Path) -> Result<Self, String> {
        let metadata = path.metadata().map_err(|error| unreadable(path, &error))?;
        Ok(Self::from(&metadata))
    }

    /// The time since its last change. None if that is ahead of this machine's clock.
    pub(super) fn age(&self, now: Now) -> Option<Duration> {
        now.wall.checked_sub(self.changed)
    }
}

impl From<&Metadata> for Stamp {
    /// A pipe or a device is always the same: it was read when the client was made.
    fn from(metadata: &Metadata) -> Self {
        if !metadata.is_file() {
            return Self::default();
        }
        let since_epoch = |time: io::Result<SystemTime>| {
            let time = time.ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
            time.unwrap_or_default()
        };
        #[cfg(unix)]
        let (file, inode_changed) = {
            use std::os::unix::fs::MetadataExt;
            let seconds = u64::try_from(metadata.ctime()).unwrap_or(0);
            let nanoseconds = u32::try_from(metadata.ctime_nsec()).unwrap_or(0);
            let changed = Duration::new(seconds, nanoseconds);
            ((metadata.dev(), metadata.ino()), changed)
        };
        #[cfg(not(unix))]
        let (file, inode_changed) = ((0, 0), since_epoch(metadata.created()));
        Self {
            file,
            length: metadata.len(),
            changed: since_epoch(metadata.modified()).max(inode_changed),
        }
    }
}

/// The text of a file. `may_wait` says whether it may wait for whoever writes a pipe.
#[cfg_attr(
    not(unix),
    expect(unused_variables, reason = "a path there names no pipe")
)]
pub(super) fn read(path: &Path, may_wait: bool) -> Result<(Zeroizing<Vec<u8>>, Stamp), String> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    if !may_wait {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK);
    }
    // Reserved as a whole: growing would leave copies behind that are not wiped.
    let mut text = Zeroizing::new(Vec::with_capacity(MAX_FILE_BYTES as usize + 1));
    let stamp = options.open(path).and_then(|file| {
        let stamp = Stamp::from(&file.metadata()?);
        file.take(MAX_FILE_BYTES).read_to_end(&mut text)?;
        Ok(stamp)
    });
    Ok((text, stamp.map_err(|error| unreadable(path, &error))?))
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    let path = path.display();
    format!("{path} cannot be read ({error}); check path and mode")
}

/// The program may change its directory later.
pub(crate) fn absolute(path: &str) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.into())
}

/// The credential in such a text; a final line break is dropped.
pub(super) fn parse(path: &Path, text: &[u8], check: Check) -> Result<Secret, String> {
    let secret = pasted::file_text(text).and_then(|text| {
        let text = std::str::from_utf8(text).map_err(|_| "it is not UTF-8")?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        check(text).map(|()| Secret::new(text))
    });
    secret.map_err(|why| format!("{}: {why}", path.display()))
}

/// The password in a file, as it is now. An error names the file, and repeats nothing of it.
pub(crate) fn read_password(path: &Path) -> Result<Secret, String> {
    let (text, _) = read(path, false)?;
    parse(path, &text, |value| match value {
        "" => Err("it is empty".to_owned()),
        _ => check_api_key(value),
    })
}
