//! Duration: a whole number and a unit, like "250ms", "10s", "5m" or "1h".

use std::time::Duration;

const UNITS: &str = "give a whole number and a unit: ms, s, m or h, like 250ms or 10s";

/// Both bounds are allowed values.
pub(crate) fn parse(text: &str, min: Duration, max: Duration) -> Result<Duration, String> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    if digits.is_empty() {
        return Err(complain_about_start(text));
    }
    let factor: u128 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "" => {
            return Err(String::from(
                "the duration is a bare number, and ten seconds would look like ten hours; \
                 give a unit: ms, s, m or h",
            ));
        }
        _ => return Err(complain_about_unit(unit)),
    };
    // More digits than 128 bits hold, or more seconds than a Duration does, is only "too long".
    digits
        .parse::<u128>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .and_then(from_millis)
        .filter(|duration| (min..=max).contains(duration))
        .ok_or_else(|| {
            format!(
                "the duration is out of range; give one from {} to {}",
                show(min),
                show(max)
            )
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

// The text is never repeated: the commonest slip is a key pasted into the wrong option.
fn complain_about_start(text: &str) -> String {
    let why = match text.chars().next() {
        None => "is empty",
        Some('-' | '+') => "has a sign, and only plain digits are read",
        Some(c) if c.is_whitespace() => "begins with a blank",
        Some(_) => "does not begin with a digit",
    };
    format!("the duration {why}; {UNITS}")
}

fn complain_about_unit(unit: &str) -> String {
    let why = if unit.contains(char::is_whitespace) {
        "has a blank in or after it"
    } else if unit.starts_with(['.', ',']) {
        "has a fraction or a separator"
    } else {
        "has an unknown unit (units are in lower case)"
    };
    format!("the duration {why}; {UNITS}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "duration_tests.rs"]
mod tests;
