//! Duration: a whole number and a unit, like "250ms", "10s", "5m" or "1h".

use std::time::Duration;

/// Both bounds are allowed values. The text is never repeated: the commonest slip is a key pasted into
/// the wrong option.
pub(crate) fn parse(text: &str, min: Duration, max: Duration) -> Result<Duration, String> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = &text[..text.len() - unit.len()];
    let factor = match unit {
        _ if digits.is_empty() => return Err(mistake(digits, unit)),
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(mistake(digits, unit)),
    };
    // More than 64 bits hold is only "too long".
    let number = digits.parse().ok();
    let millis = number.and_then(|number: u64| number.checked_mul(factor));
    let duration = millis.map(Duration::from_millis);
    duration.filter(|d| (min..=max).contains(d)).ok_or_else(|| {
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

fn mistake(digits: &str, unit: &str) -> String {
    let why = match (digits, unit.chars().next()) {
        ("", None) => "is empty",
        ("", Some('-' | '+')) => "has a sign, and only plain digits are read",
        ("", Some(c)) if c.is_whitespace() => "begins with a blank",
        ("", _) => "does not begin with a digit",
        (_, None) => "is a bare number, and ten seconds would look like ten hours",
        (_, Some('.' | ',')) => "has a fraction or a separator",
        _ if unit.contains(char::is_whitespace) => "has a blank in or after it",
        _ => "has an unknown unit (units are in lower case)",
    };
    format!("the duration {why}; give a whole number and a unit: ms, s, m or h, like 250ms or 10s")
}

#[cfg(test)]
mod tests;
