//! Values of options: what their texts mean, unless a file of their own says so.

use std::path::PathBuf;
use std::time::Duration;

use crate::Secret;
use crate::credentials::{absolute, check_header_value};

pub(super) const PRODUCTS: [&str; 3] = ["disbursement", "collection", "remittance"];

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Ca {
    System,
    Mozilla,
    File(PathBuf),
    /// The text of such a file.
    Pem(Secret),
}

impl Ca {
    pub(super) fn parse(value: &str) -> Result<Self, String> {
        match value {
            "system" => Ok(Self::System),
            "mozilla" => Ok(Self::Mozilla),
            "" => Err("it is system, mozilla or the path of a PEM file".to_owned()),
            // Whatever it is of: a private key may have been pasted.
            _ if value.contains("-----BEGIN ") => Ok(Self::Pem(Secret::new(value))),
            _ => path(value).map(|_| Self::File(absolute(value))),
        }
    }
}

/// Whether the caller that finds a request due makes it.
pub(super) fn refresh_by_caller(value: &str) -> Result<bool, String> {
    one_of(&["background", "caller"], value).map(|word| word == "caller")
}

pub(super) fn product(value: &str) -> Result<&'static str, String> {
    one_of(&PRODUCTS, value)
}

fn one_of(words: &[&'static str], value: &str) -> Result<&'static str, String> {
    let word = words.iter().copied().find(|word| *word == value);
    word.ok_or_else(|| format!("it is one of {}", words.join(", ")))
}

/// An empty one is none.
pub(super) fn path(value: &str) -> Result<PathBuf, String> {
    if value.contains(char::is_control) {
        Err("a control character (a pasted newline?) is in the path; remove it")?;
    }
    Ok(value.into())
}

pub(super) fn attempts(value: &str) -> Result<u32, String> {
    // As numbers of durations: leading zeros are nothing, and a sign is refused.
    let is_plain = value.bytes().all(|b| b.is_ascii_digit());
    let number = value.parse().ok();
    let number = number.filter(|number| is_plain && (1..=10).contains(number));
    number.ok_or_else(|| "it is a whole number from 1 to 10".to_owned())
}

/// An empty one is none.
pub(super) fn check_optional_header_value(value: &str) -> Result<(), String> {
    match value {
        "" => Ok(()),
        _ => check_header_value(value),
    }
}

pub(super) fn timeout(value: &str) -> Result<Duration, String> {
    duration_within("1ms", "1h", value)
}

pub(super) fn refresh_margin(value: &str) -> Result<Duration, String> {
    duration_within("0s", "24h", value)
}

/// Both bounds are allowed values.
fn duration_within(min: &str, max: &str, text: &str) -> Result<Duration, String> {
    let (range, duration) = (duration(min)?..=duration(max)?, duration(text)?);
    if !range.contains(&duration) {
        return Err(format!(
            "the duration is out of range; give one from {min} to {max}"
        ));
    }
    Ok(duration)
}

/// A whole number and a unit, like "250ms", "10s", "5m" or "1h". The text is never repeated: the
/// commonest slip is a key pasted into the wrong option.
fn duration(text: &str) -> Result<Duration, String> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = &text[..text.len() - unit.len()];
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => 0,
    };
    let why = match (digits, unit.chars().next()) {
        ("", None) => "is empty",
        ("", Some('-' | '+')) => "has a sign, and only plain digits are read",
        ("", Some(c)) if c.is_whitespace() => "begins with a blank",
        ("", _) => "does not begin with a digit",
        _ if factor > 0 => {
            // More than 64 bits hold is only "too long".
            let number: u64 = digits.parse().unwrap_or(u64::MAX);
            return Ok(Duration::from_millis(number.saturating_mul(factor)));
        }
        (_, None) => "is a bare number, and ten seconds would look like ten hours",
        (_, Some('.' | ',')) => "has a fraction or a separator",
        _ if unit.contains(char::is_whitespace) => "has a blank in or after it",
        _ => "has an unknown unit (units are in lower case)",
    };
    Err(format!(
        "the duration {why}; give a whole number and a unit: ms, s, m or h, like 250ms or 10s"
    ))
}

#[cfg(test)]
mod tests;
