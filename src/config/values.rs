//! What the texts of options mean, where no other file of this directory says so.

use std::path::PathBuf;
use std::time::Duration;

use super::redis_url::RedisUrl;
use super::{Ca, CacheOption, RefreshBy, Value, duration};

const LONGEST_TIMEOUT: Duration = Duration::from_secs(3600);
const MOST_ATTEMPTS: u32 = 10;

pub(super) fn one_of(value: &str, allowed: &[&'static str]) -> Result<&'static str, String> {
    allowed
        .iter()
        .find(|a| **a == value)
        .copied()
        .ok_or_else(|| format!("it is one of {}", allowed.join(", ")))
}

pub(super) fn optional<T>(
    value: &Value,
    parse: impl FnOnce(&Value) -> Result<T, String>,
) -> Result<Option<T>, String> {
    if value.is_empty() {
        return Ok(None);
    }
    parse(value).map(Some)
}

pub(super) fn path(value: &str) -> Result<Option<PathBuf>, String> {
    if value.chars().any(char::is_control) {
        return Err("a control character (a pasted newline?) is in the path; remove it".to_owned());
    }
    Ok((!value.is_empty()).then(|| PathBuf::from(value)))
}

pub(super) fn timeout(value: &str) -> Result<Duration, String> {
    duration::parse(value, Duration::from_millis(1), LONGEST_TIMEOUT)
}

pub(super) fn attempts(value: &str) -> Result<u32, String> {
    let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    match value.parse::<u32>() {
        Ok(n) if digits && (1..=MOST_ATTEMPTS).contains(&n) => Ok(n),
        _ => Err(format!("it is a whole number from 1 to {MOST_ATTEMPTS}")),
    }
}

pub(super) fn ca(value: &str) -> Result<Ca, String> {
    match value {
        "system" => Ok(Ca::System),
        "mozilla" => Ok(Ca::Mozilla),
        _ => path(value)?
            .map(Ca::File)
            .ok_or_else(|| "it is system, mozilla or the path of a PEM file".to_owned()),
    }
}

pub(super) fn refresh(value: &str) -> Result<RefreshBy, String> {
    match value {
        "background" => Ok(RefreshBy::Background),
        "caller" => Ok(RefreshBy::Caller),
        _ => Err("it is background or caller".to_owned()),
    }
}

pub(super) const CACHES: &str =
    "it is process, client, none, file: and a directory, or redis:// or rediss:// and a host";

pub(super) fn cache(value: &str) -> Result<CacheOption, String> {
    match value {
        "process" => Ok(CacheOption::Process),
        "client" => Ok(CacheOption::Client),
        "none" => Ok(CacheOption::None),
        "file:" => Ok(CacheOption::File(None)),
        _ => match value.strip_prefix("file:") {
            Some(directory) => absolute(directory).map(|d| CacheOption::File(Some(d))),
            None if value.starts_with("redis") => RedisUrl::parse(value).map(CacheOption::Redis),
            None => Err(CACHES.to_owned()),
        },
    }
}

fn absolute(directory: &str) -> Result<PathBuf, String> {
    let directory = path(directory)?.unwrap_or_default();
    if !directory.is_absolute() {
        return Err(
            "the directory is not an absolute path, and programs that share it may run in \
             different ones; write it like file:/run/payments/tokens"
                .to_owned(),
        );
    }
    // With a final slash a link would be followed, whatever it is opened with.
    Ok(directory.components().collect())
}
