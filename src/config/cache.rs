//! Cache policy: with whom a client shares its tokens.

#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{Config, RedisUrl, values};
use crate::{Failure, sys};

pub(super) const CACHES: &str = "it is process, client, none, file: and a directory, or redis://, rediss:// or redis+unix:// and a server";

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum CachePolicy {
    Process,
    Client,
    None,
    File(PathBuf),
    Redis(RedisUrl),
}

impl CachePolicy {
    /// With what the environment and other options have of it.
    pub(super) fn of(config: &Config) -> Result<Self, Failure> {
        let mut cache = config.parsed("cache", |value| match value {
            "file:" => user_directory().map(Self::File),
            _ => Self::parse(value),
        })?;
        if let Self::Redis(url) = &mut cache {
            url.complete(config).map_err(Failure::config)?;
        }
        Ok(cache)
    }

    /// `file:` alone is an empty path: it has no directory of its own.
    pub(super) fn parse(value: &str) -> Result<Self, String> {
        match value {
            "process" => Ok(Self::Process),
            "client" => Ok(Self::Client),
            "none" => Ok(Self::None),
            "file:" => Ok(Self::File(PathBuf::new())),
            _ => match value.strip_prefix("file:") {
                Some(directory) => absolute(directory).map(Self::File),
                None => RedisUrl::parse(value).map(Self::Redis),
            },
        }
    }

    pub(crate) fn joins_equal_clients(&self) -> bool {
        !matches!(self, Self::Client | Self::None)
    }

    pub(crate) fn keeps_tokens(&self) -> bool {
        *self != Self::None
    }

    /// As the option is written, without a password.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Process => "process".to_owned(),
            Self::Client => "client".to_owned(),
            Self::None => "none".to_owned(),
            Self::File(directory) => format!("file:{}", directory.display()),
            Self::Redis(url) => url.shown(),
        }
    }
}

/// A directory of the user's alone and of this machine. That of the XDG Base Directory Specification
/// goes when the user logs out.
const USER_DIRECTORY: &str = if cfg!(windows) {
    "LOCALAPPDATA"
} else {
    "XDG_RUNTIME_DIR"
};

const EXAMPLE: &str = if cfg!(windows) {
    r"file:C:\ProgramData\payments\tokens"
} else {
    "file:/run/payments/tokens"
};

fn user_directory() -> Result<PathBuf, String> {
    user_directory_in(std::env::var_os(USER_DIRECTORY).unwrap_or_default().into())
}

fn user_directory_in(variable: PathBuf) -> Result<PathBuf, String> {
    let why = if sys::is_privileged() {
        "this program runs with more rights than its caller, and does not read the environment"
            .to_owned()
    } else if !variable.is_absolute() {
        "that is not set to an absolute path".to_owned()
    } else if let Some((owner, user)) = other_owner(&variable) {
        format!("that is user {owner}'s, and this process runs as user {user} (by su or sudo?)")
    } else {
        return Ok(variable.join("libmomo"));
    };
    Err(format!(
        "file: without a directory takes libmomo in {USER_DIRECTORY}, and {why}; give a directory, \
         like {EXAMPLE}"
    ))
}

/// The numbers of a directory's owner and of this process's user, if they are not the same.
#[cfg(unix)]
fn other_owner(directory: &Path) -> Option<(u32, u32)> {
    let owner = std::fs::metadata(directory).ok()?.uid();
    let user = rustix::process::geteuid().as_raw();
    (owner != user).then_some((owner, user))
}

/// The variable is set by the system there.
#[cfg(not(unix))]
fn other_owner(_: &Path) -> Option<(u32, u32)> {
    None
}

fn absolute(directory: &str) -> Result<PathBuf, String> {
    let directory = values::path(directory)?;
    if !directory.is_absolute() {
        let why = "the directory is not an absolute path";
        return Err(format!("{why}; write it like {EXAMPLE}"));
    }
    // With a final slash a link would be followed, whatever it is opened with.
    Ok(directory.components().collect())
}

#[cfg(test)]
mod tests;
