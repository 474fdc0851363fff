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

/// `may_wait` says whether it may wait for whoever writes a pipe.
#[cfg_attr(
    not(unix),
    expect(unused_variables, reason = "a path there names no pipe")
)]
pub(super) fn read(path: &Path, may_wait: bool) -> io::Result<(Zeroizing<Vec<u8>>, Stamp)> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    if !may_wait {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK);
    }
    let file = options.open(path)?;
    let stamp = Stamp::from(&file.metadata()?);
    // Reserved as a whole: growing would leave copies behind that are not wiped.
    let mut text = Zeroizing::new(Vec::with_capacity(MAX_FILE_BYTES as usize + 1));
    file.take(MAX_FILE_BYTES).read_to_end(&mut text)?;
    Ok((text, stamp))
}

/// The program may change its directory later.
pub(crate) fn absolute(path: &str) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.into())
}

/// The credential in such a text; a final line break is dropped.
pub(super) fn parse(text: &[u8], check: Check) -> Result<Secret, String> {
    let text = std::str::from_utf8(pasted::file_text(text)?).map_err(|_| "it is not UTF-8")?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    check(text)?;
    Ok(Secret::new(text))
}

/// The password in a file, as it is now. An error names the file, and repeats nothing of it.
pub(crate) fn read_password(path: &Path) -> Result<Secret, String> {
    let shown = path.display();
    let (text, _) = read(path, false)
        .map_err(|error| format!("{shown} cannot be read ({error}); check path and mode"))?;
    let check = |value: &str| match value {
        "" => Err("it is empty".to_owned()),
        _ => check_api_key(value),
    };
    parse(&text, check).map_err(|why| format!("{shown}: {why}"))
}
