//! With whom a client shares its tokens.

use std::path::PathBuf;

use super::RedisUrl;
use crate::error::Failure;
use crate::sys;

/// As the option says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum CacheOption {
    Process,
    Client,
    None,
    /// Without a directory the user's own: [`user_directory`].
    File(Option<PathBuf>),
    Redis(RedisUrl),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum CachePolicy {
    Process,
    Client,
    None,
    /// The process's memory, and a directory that other processes share.
    File(PathBuf),
    /// The process's memory, and a Redis server.
    Redis(RedisUrl),
}

impl CachePolicy {
    /// Reads the environment where the directory is the user's own.
    pub(super) fn of(option: &CacheOption) -> Result<Self, Failure> {
        Ok(match option {
            CacheOption::Process => Self::Process,
            CacheOption::Client => Self::Client,
            CacheOption::None => Self::None,
            CacheOption::File(Some(directory)) => Self::File(directory.clone()),
            CacheOption::File(None) => Self::File(user_directory()?),
            CacheOption::Redis(url) => Self::Redis(url.clone()),
        })
    }

    /// Whether equal clients have one entry.
    pub(crate) fn is_shared(&self) -> bool {
        !matches!(self, Self::Client | Self::None)
    }

    /// Whether tokens are kept at all.
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

/// Of the XDG Base Directory Specification: a directory of the user's alone, which goes when the
/// user logs out.
#[cfg(not(windows))]
const USER_DIRECTORY: &str = "XDG_RUNTIME_DIR";
/// Of the user's alone, and of this machine.
#[cfg(windows)]
const USER_DIRECTORY: &str = "LOCALAPPDATA";

fn user_directory() -> Result<PathBuf, Failure> {
    if sys::is_privileged() {
        return Err(no_user_directory(
            "this program runs with more rights than its caller, and does not read the environment",
        ));
    }
    user_directory_in(std::env::var_os(USER_DIRECTORY).map(PathBuf::from))
}

fn user_directory_in(variable: Option<PathBuf>) -> Result<PathBuf, Failure> {
    match variable {
        Some(directory) if directory.is_absolute() => Ok(directory.join("libmomo")),
        Some(directory) if !directory.as_os_str().is_empty() => {
            Err(no_user_directory("that is not an absolute path"))
        }
        _ => Err(no_user_directory("that is not set")),
    }
}

fn no_user_directory(why: &str) -> Failure {
    Failure::config(format!(
        "option cache: file: without a directory takes libmomo in {USER_DIRECTORY}, and {why}; \
         give a directory, like file:/run/payments/tokens"
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_user_s_own_directory_is_one_below_the_variable_s_where_that_is_absolute() {
        let absolute = std::env::temp_dir();
        let found = user_directory_in(Some(absolute.clone())).ok();
        assert_eq!(found, Some(absolute.join("libmomo")));
        let refused = |value: Option<&str>| {
            let refused = user_directory_in(value.map(PathBuf::from));
            refused.unwrap_err().message
        };
        assert!(refused(Some("run/user")).contains("and that is not an absolute path;"));
        assert!(refused(Some("")).contains("and that is not set;"));
        assert!(refused(None).contains("and that is not set;"));
    }
}
