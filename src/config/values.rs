//! What the texts of options mean, where no other file of this directory says so.

use std::path::PathBuf;
use std::time::Duration;

use super::{Ca, CachePolicy, RefreshBy, Value, duration};

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

pub(super) fn cache(value: &str) -> Result<CachePolicy, String> {
    match value {
        "process" => Ok(CachePolicy::Process),
        "client" => Ok(CachePolicy::Client),
        "none" => Ok(CachePolicy::None),
        _ => Err("it is process, client or none".to_owned()),
    }
}
