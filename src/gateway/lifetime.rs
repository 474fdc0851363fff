//! `expires_in` as it may come: a number, one in a text, or something that says nothing. A token is
//! usable whatever stands here, so nothing here is an error.

use std::time::Duration;

/// MTN's tokens last an hour; a longer life than a day is taken for a mistake in units.
const MAX_SECONDS: f64 = 24.0 * 3600.0;

/// `json` is the value as it stood in the response. None if it names no time.
pub(super) fn parse(json: &str) -> Option<Duration> {
    let text = || serde_json::from_str::<String>(json).ok();
    let seconds = number(json).or_else(|| number(text()?.trim()))?;
    let whole = seconds.min(MAX_SECONDS).floor();
    (whole > 0.0).then(|| Duration::from_secs_f64(whole))
}

fn number(text: &str) -> Option<f64> {
    // Rust reads "inf" and "NaN" too.
    let is_part = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    text.parse().ok().filter(|_| text.bytes().all(is_part))
}

#[cfg(test)]
#[path = "lifetime_tests.rs"]
mod tests;
