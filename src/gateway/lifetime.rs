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

/// None of a negative number. The standard library reads decimals exactly, by sixteen kilobytes of
/// code; here whole seconds count.
fn number(text: &str) -> Option<f64> {
    const MAX_EXPONENT: i32 = 300;
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let mantissa = mantissa.strip_prefix('+').unwrap_or(mantissa);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let mut digits = whole.chars().chain(fraction.chars());
    let digits = digits.try_fold(0.0, |sum, c| Some(10.0 * sum + f64::from(c.to_digit(10)?)))?;
    let exponent = exponent.parse::<i32>().ok()?;
    let exponent = exponent.saturating_sub(i32::try_from(fraction.len()).ok()?);
    let scale = 10_f64.powi(exponent.clamp(-MAX_EXPONENT, MAX_EXPONENT).abs());
    // Powers of ten are exact, and their reciprocals are not.
    Some(match exponent {
        ..0 => digits / scale,
        0.. => digits * scale,
    })
}

#[cfg(test)]
mod tests;
