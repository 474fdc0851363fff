//! Secret file: holds one credential, and has a stamp that changes with it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::check_api_key;
use crate::{Secret, SecretBytes, pasted};

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
    pub(super) changed: Duration,
}

impl Stamp {
    /// None for a pipe or a device: it was read when the client was made, and does not change.
    pub(super) fn of(path: &Path) -> Result<Option<Self>, String> {
        let metadata = path.metadata().map_err(|error| unreadable(path, &error))?;
        if !metadata.is_file() {
            return Ok(None);
        }
        let since_epoch = |time: io::Result<SystemTime>| {
            let time = time.ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
            time.unwrap_or_default()
        };
        #[cfg(unix)]
        let (file, inode_changed) = {
            use std::os::unix::fs::MetadataExt;
            let (seconds, nanoseconds) = (metadata.ctime(), metadata.ctime_nsec());
            let changed = Duration::new(seconds.unsigned_abs(), nanoseconds as u32);
            ((metadata.dev(), metadata.ino()), changed)
        };
        #[cfg(not(unix))]
        let (file, inode_changed) = ((0, 0), since_epoch(metadata.created()));
        let stamp = Self {
            file,
            length: metadata.len(),
            changed: since_epoch(metadata.modified()).max(inode_changed),
        };
        Ok(Some(stamp))
    }
}

/// The credential in a file, without a final line break. An error names the file, and repeats nothing
/// of it. `may_wait` says whether it may wait for whoever writes a pipe.
pub(super) fn read(
    path: &Path,
    may_wait: bool,
    check: fn(&str) -> Result<(), String>,
) -> Result<Secret, String> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    if !may_wait {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK);
    }
    // A path names no pipe there.
    #[cfg(not(unix))]
    let _ = may_wait;
    let mut text = SecretBytes::with_capacity(MAX_FILE_BYTES as usize + 1);
    let file = options.open(path);
    file.and_then(|file| file.take(MAX_FILE_BYTES).read_to_end(&mut text))
        .map_err(|error| unreadable(path, &error))?;
    let secret = pasted::file_text(&text).and_then(|text| {
        let text = std::str::from_utf8(text).map_err(|_| "it is not UTF-8")?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        check(text).map(|()| Secret::new(text))
    });
    secret.map_err(|why| format!("{}: {why}", path.display()))
}

/// A password as it is in its file now.
pub(crate) fn read_password(path: &Path) -> Result<Secret, String> {
    read(path, false, |value| match value {
        "" => Err("it is empty".to_owned()),
        _ => check_api_key(value),
    })
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    let path = path.display();
    format!("{path} cannot be read ({error}); check path and mode")
}

/// The program may change its directory later.
pub(crate) fn absolute(path: &str) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.into())
}
