//! Secret file: holds one credential, and has a stamp that changes with it.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use super::credential::parse_api_key;
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
    /// Of the file that is at this path now.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        std::fs::metadata(path).map(|metadata| Self::from(&metadata))
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
        let since_epoch = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let modified = metadata.modified().map(since_epoch).unwrap_or_default();
        #[cfg(unix)]
        let (file, inode_changed) = {
            use std::os::unix::fs::MetadataExt;
            let seconds = u64::try_from(metadata.ctime()).unwrap_or(0);
            let nanoseconds = u32::try_from(metadata.ctime_nsec()).unwrap_or(0);
            let changed = Duration::new(seconds, nanoseconds);
            ((metadata.dev(), metadata.ino()), changed)
        };
        #[cfg(not(unix))]
        let (file, inode_changed) = (
            (0, 0),
            metadata.created().map(since_epoch).unwrap_or_default(),
        );
        Self {
            file,
            length: metadata.len(),
            changed: modified.max(inode_changed),
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

/// The credential in such a text; a final line break is dropped.
pub(super) fn parse(
    text: &[u8],
    parse: fn(&str) -> Result<Secret, String>,
) -> Result<Secret, String> {
    let text =
        std::str::from_utf8(pasted::file_text(text)?).map_err(|_| "it is not UTF-8".to_owned())?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    parse(text)
}

/// The password in a file, as it is now. An error names the file, and repeats nothing of it.
pub(crate) fn read_password(path: &Path) -> Result<Secret, String> {
    let shown = path.display();
    let (text, _) = read(path, false)
        .map_err(|error| format!("{shown} cannot be read ({error}); check path and mode"))?;
    let password = |value: &str| match value {
        "" => Err("it is empty".to_owned()),
        _ => parse_api_key(value),
    };
    parse(&text, password).map_err(|why| format!("{shown}: {why}"))
}
