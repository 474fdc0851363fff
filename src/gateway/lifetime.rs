//! `expires_in` as it may come: a number, one in a text, or something that says nothing. A token is
//! usable whatever stands here, so nothing here is an error.

use std::time::Duration;

/// MTN's tokens last an hour; a longer life than a day is taken for a mistake in units.
const MAX_SECONDS: f64 = 24.0 * 3600.0;

/// `json` is the value as it stood in the response. None where it names no time.
pub(super) fn parse(json: &str) -> Option<Duration> {
    let text: Option<String> = serde_json::from_str(json).ok();
    let number = text.as_deref().unwrap_or(json).trim();
    // Rust reads "inf" and "NaN" too.
    let is_number = number
        .bytes()
        .all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    let seconds: f64 = number.parse().ok().filter(|_| is_number)?;
    let whole = seconds.min(MAX_SECONDS).floor();
    (whole > 0.0).then(|| Duration::from_secs_f64(whole))
}

#[cfg(test)]
#[path = "lifetime_tests.rs"]
mod tests;
