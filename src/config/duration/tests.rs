use super::{parse, show};
use crate::config::test_refusals::assert_refused;
use std::time::Duration;

const MIN: Duration = Duration::ZERO;
const MAX: Duration = Duration::MAX;

#[test]
fn a_number_and_a_unit_are_a_duration() {
    for (text, millis) in [
        ("250ms", 250),
        ("0ms", 0),
        ("0s", 0),
        ("10s", 10_000),
        ("010s", 10_000),
        ("5m", 300_000),
        ("1h", 3_600_000),
        ("24h", 86_400_000),
        ("90s", 90_000),
        ("1500ms", 1_500),
        ("18446744073709551615ms", u64::MAX),
    ] {
        let want = Duration::from_millis(millis);
        assert_eq!(parse(text, MIN, MAX).unwrap(), want, "{text}");
    }
    // The leading zeros alone are longer than any integer.
    let padded = format!("{}7s", "0".repeat(100));
    assert_eq!(
        parse(&padded, MIN, MAX).unwrap(),
        Duration::from_secs(7),
        "{padded}"
    );
}

#[test]
fn anything_else_is_refused_with_the_reason() {
    let parse =
        |text: &str| parse(text, MIN, MAX).inspect_err(|why| assert!(why.starts_with("the ")));
    let cases = [
        ("", "is empty"),
        (" 10s", "begins with a blank"),
        ("\n10s", "begins with a blank"),
        ("-10s", "has a sign"),
        ("+10s", "has a sign"),
        ("s", "does not begin with a digit"),
        (".5s", "does not begin with a digit"),
        ("ten", "does not begin with a digit"),
        ("\u{665}s", "does not begin with a digit"),
        ("10 s", "has a blank"),
        ("10s ", "has a blank"),
        ("10s\n", "has a blank"),
        ("1.5s", "has a fraction"),
        ("1,5s", "has a fraction"),
        ("10S", "unknown unit"),
        ("10MS", "unknown unit"),
        ("10sec", "unknown unit"),
        ("1m30s", "unknown unit"),
        ("10d", "unknown unit"),
        ("10us", "unknown unit"),
        ("1e3s", "unknown unit"),
        ("0x10s", "unknown unit"),
        ("10s\0", "unknown unit"),
        ("30", "is a bare number"),
        ("0", "is a bare number"),
        // A key that was pasted into the wrong option.
        ("s3cret", "does not begin with a digit"),
        ("5s3cret", "unknown unit"),
        ("s3cret ", "does not begin with a digit"),
    ];
    assert_refused(parse, &cases);
}

#[test]
fn out_of_range_names_the_range_in_the_same_notation() {
    let (min, max) = (Duration::from_millis(1), Duration::from_secs(3_600));
    for text in [
        "0s",
        "0ms",
        "3600001ms",
        "3601s",
        "61m",
        "2h",
        "18446744073709551616s",
        "5124095576030432h",
        "340282366920938463463374607431768211455h",
        "340282366920938463463374607431768211456ms",
        "99999999999999999999999999999999999999999999999999s",
    ] {
        let error = parse(text, min, max).unwrap_err();
        assert!(error.ends_with("from 1ms to 1h"), "{text}: {error}");
    }
    for text in ["1ms", "3600s", "60m", "1h", "3600000ms"] {
        assert!(parse(text, min, max).is_ok(), "{text}");
    }
    for text in ["18446744073709551616s", "5124095576030432h"] {
        assert!(parse(text, MIN, MAX).is_err(), "{text}");
    }
}

#[test]
fn show_picks_the_largest_whole_unit_and_parses_back() {
    for (millis, text) in [
        (0, "0s"),
        (1, "1ms"),
        (250, "250ms"),
        (1_000, "1s"),
        (1_500, "1500ms"),
        (10_000, "10s"),
        (60_000, "1m"),
        (90_000, "90s"),
        (600_000, "10m"),
        (3_600_000, "1h"),
        (5_400_000, "90m"),
        (86_400_000, "24h"),
        (u64::MAX, "18446744073709551615ms"),
    ] {
        let duration = Duration::from_millis(millis);
        assert_eq!(show(duration), text);
        assert_eq!(parse(text, MIN, MAX).unwrap(), duration);
    }
    assert_eq!(show(Duration::from_nanos(1_999_999)), "1ms");
    assert_eq!(show(Duration::from_nanos(1)), "0s");
}
