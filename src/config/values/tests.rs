use super::{duration, duration_within};
use crate::config::test_refusals::assert_refused;
use std::time::Duration;

#[test]
fn a_number_and_a_unit_are_a_duration() {
    // The leading zeros alone are longer than any integer.
    let padded = format!("{}7s", "0".repeat(100));
    for (text, millis) in [
        ("250ms", 250),
        ("0ms", 0),
        ("0s", 0),
        ("10s", 10_000),
        ("010s", 10_000),
        ("5m", 300_000),
        ("1h", 3_600_000),
        ("24h", 86_400_000),
        ("1500ms", 1_500),
        ("18446744073709551615ms", u64::MAX),
        (&padded, 7_000),
    ] {
        let want = Duration::from_millis(millis);
        assert_eq!(duration(text), Ok(want), "{text}");
    }
}

#[test]
fn anything_else_is_refused_with_the_reason() {
    let parse = |text: &str| duration(text).inspect_err(|why| assert!(why.starts_with("the ")));
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
    for text in [
        "0s",
        "0ms",
        "3600001ms",
        "3601s",
        "61m",
        "2h",
        "18446744073709551616s",
        "5124095576030432h",
        "340282366920938463463374607431768211456ms",
        "99999999999999999999999999999999999999999999999999s",
    ] {
        let error = duration_within("1ms", "1h", text).unwrap_err();
        assert!(error.ends_with("from 1ms to 1h"), "{text}: {error}");
    }
    for text in ["1ms", "3600s", "60m", "1h", "3600000ms"] {
        assert!(duration_within("1ms", "1h", text).is_ok(), "{text}");
    }
}
