//! Duration: a whole number and a unit, like "250ms", "10s", "5m" or "1h".

use std::time::Duration;

const UNITS: &str = "give a whole number and a unit: ms, s, m or h, like 250ms or 10s";

/// Both bounds are allowed values. The text is never repeated: the commonest slip is a key pasted into
/// the wrong option.
pub(crate) fn parse(text: &str, min: Duration, max: Duration) -> Result<Duration, String> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = &text[..text.len() - unit.len()];
    let factor: u64 = match unit {
        _ if digits.is_empty() => return Err(no_number(text)),
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(no_unit(unit)),
    };
    // More digits than 128 bits hold, or more seconds than a Duration does, is only "too long".
    let number = digits.parse().ok();
    number
        .and_then(|number: u128| number.checked_mul(factor.into()))
        .and_then(from_millis)
        .filter(|duration| (min..=max).contains(duration))
        .ok_or_else(|| {
            let (min, max) = (show(min), show(max));
            format!("the duration is out of range; give one from {min} to {max}")
        })
}

/// The inverse of `parse`: the largest unit that leaves a whole number. What is finer than a
/// millisecond cannot be written and is cut off.
pub(crate) fn show(d: Duration) -> String {
    let millis = d.as_millis();
    // Zero is a whole number of hours too, which would read oddly.
    if millis == 0 {
        return String::from("0s");
    }
    for (factor, unit) in [(3_600_000, "h"), (60_000, "m"), (1_000, "s")] {
        if millis % factor == 0 {
            return format!("{}{unit}", millis / factor);
        }
    }
    format!("{millis}ms")
}

fn from_millis(millis: u128) -> Option<Duration> {
    let seconds = u64::try_from(millis / 1_000).ok()?;
    let rest = u64::try_from(millis % 1_000).ok()?;
    Duration::from_secs(seconds).checked_add(Duration::from_millis(rest))
}

fn no_number(text: &str) -> String {
    let why = match text.chars().next() {
        None => "is empty",
        Some('-' | '+') => "has a sign, and only plain digits are read",
        Some(c) if c.is_whitespace() => "begins with a blank",
        Some(_) => "does not begin with a digit",
    };
    format!("the duration {why}; {UNITS}")
}

fn no_unit(unit: &str) -> String {
    let why = match unit.chars().next() {
        None => {
            return "the duration is a bare number, and ten seconds would look like ten hours; give a \
                    unit: ms, s, m or h"
                .to_owned();
        }
        Some('.' | ',') => "has a fraction or a separator",
        Some(_) if unit.contains(char::is_whitespace) => "has a blank in or after it",
        Some(_) => "has an unknown unit (units are in lower case)",
    };
    format!("the duration {why}; {UNITS}")
}

#[cfg(test)]
#[path = "duration_tests.rs"]
mod tests;
