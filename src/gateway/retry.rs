//! Retries: what may help after an attempt that brought no token, and how long to wait before.

use std::time::Duration;

use ureq::http::HeaderMap;
use ureq::http::header::RETRY_AFTER;

use super::error_response::header;
use crate::Failure;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Retry {
    Never,
    Later,
    WithOtherKey,
}

pub(super) struct AttemptError {
    pub(super) failure: Failure,
    pub(super) retry: Retry,
}

impl From<Failure> for AttemptError {
    fn from(failure: Failure) -> Self {
        let retry = Retry::Never;
        Self { failure, retry }
    }
}

/// Full jitter: a backoff anywhere between nothing and this, doubled with each attempt, so that
/// clients that failed together do not come back together.
const FIRST_BACKOFF: Duration = Duration::from_millis(200);
const MAX_BACKOFF: Duration = Duration::from_secs(2);

/// `attempt` counts from 1.
pub(super) fn backoff(attempt: u32, random: f64) -> Duration {
    let doubled = FIRST_BACKOFF.saturating_mul(1 << (attempt - 1).min(16));
    doubled.min(MAX_BACKOFF).mul_f64(random)
}

/// RFC 9110 section 10.2.3: seconds, or a date. If API management sends no header, its text
/// says "Try again in N seconds." or "replenished in HH:MM:SS.". Other times in a text may be of
/// something else: "did not respond in 30 seconds".
pub(super) fn retry_after(headers: &HeaderMap, message: &str) -> Option<Duration> {
    let value = header(headers, RETRY_AFTER);
    if let Some(time) = seconds(value) {
        return Some(time);
    }
    if let Ok(date) = httpdate::parse_http_date(value) {
        let left = date.duration_since(std::time::SystemTime::now());
        return Some(left.unwrap_or_default());
    }
    let after = |words| message.split(words).skip(1);
    let mut times = after("try again in ").chain(after("replenished in "));
    times.find_map(time).map(Duration::from_secs)
}

/// However many digits.
pub(super) fn seconds(digits: &str) -> Option<Duration> {
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| Duration::from_secs(digits.parse().unwrap_or(u64::MAX)))
}

/// The time that a text begins with, in seconds: "N seconds", or days, hours and so on as
/// "[D.]HH:MM:SS[.FFF]".
fn time(text: &str) -> Option<u64> {
    let mut words = text.split_ascii_whitespace();
    let number = words.next()?.trim_end_matches('.');
    if let Ok(count) = number.parse::<u64>() {
        let unit = words.next().unwrap_or_default();
        let units = [("second", 1), ("minute", 60), ("hour", 3600)];
        let (_, seconds) = units.into_iter().find(|(name, _)| unit.starts_with(name))?;
        return count.checked_mul(seconds);
    }
    let &[hours, minutes, seconds] = &*number.split(':').collect::<Vec<_>>() else {
        return None;
    };
    let (days, hours) = hours.split_once('.').unwrap_or(("0", hours));
    let whole = seconds.split('.').next().unwrap_or_default();
    // What fits here is never too much in seconds.
    let number = |text: &str| text.parse::<u32>().ok().map(u64::from);
    let (minutes, seconds) = (number(minutes)?, number(whole)?);
    let hours = 24 * number(days)? + number(hours)?;
    (minutes < 60 && seconds < 60).then_some(3600 * hours + 60 * minutes + seconds)
}

#[cfg(test)]
mod tests;
