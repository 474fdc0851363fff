//! `expires_in` as it may come: a number, digits in a text, or something that says nothing. A token
//! is usable whatever stands here, so nothing here is an error.

use std::time::Duration;

/// MTN's tokens last an hour; a longer life than a day is taken for a mistake in units.
const MAX_SECONDS: u64 = 24 * 3600;

/// `json` is the value as it stood in the response. None where it names no time.
pub(super) fn parse(json: &str) -> Option<Duration> {
    let text = json.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    let seconds = match text {
        Some(text) if text.bytes().all(|b| b.is_ascii_digit()) => whole(text),
        Some(_) => 0,
        None => json.parse().map_or(0, truncated),
    };
    (seconds > 0).then(|| Duration::from_secs(seconds.min(MAX_SECONDS)))
}

/// More digits than fit are more than enough.
fn whole(digits: &str) -> u64 {
    let digits = digits.trim_start_matches('0');
    digits
        .parse()
        .unwrap_or(if digits.is_empty() { 0 } else { u64::MAX })
}

/// Negative is zero, too large is the largest.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn truncated(seconds: f64) -> u64 {
    seconds as u64
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "lifetime_tests.rs"]
mod tests;
