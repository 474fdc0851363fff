use super::*;
use crate::error::Status as S;
use crate::gateway::response::tests::{failure_of, failure_with, response};

#[test]
fn backoffs_double_up_to_a_bound_with_full_jitter() {
    let upper: Vec<u128> = (1..7).map(|n| backoff(n, 1.0).as_millis()).collect();
    assert_eq!(upper, [200, 400, 800, 1600, 2000, 2000]);
    assert_eq!(backoff(3, 0.0), Duration::ZERO);
    assert_eq!(backoff(3, 0.5), Duration::from_millis(400));
    assert_eq!(backoff(u32::MAX, 1.0), MAX_BACKOFF);
}

#[test]
fn the_time_to_wait_is_read_from_the_header_or_else_from_the_text() {
    let told = |header: Option<&str>, body: &str| {
        let headers = header.map(|value| (RETRY_AFTER, value));
        let headers: Vec<_> = headers.into_iter().collect();
        let error = failure_of(&response(429, &headers, body));
        let milliseconds = error.failure.retry_after_ms;
        assert_eq!(error.retry == Retry::Later, milliseconds >= 0);
        milliseconds
    };
    let text = |seconds: &str| {
        format!(
            r#"{{"statusCode":429,"message":"Rate limit is exceeded. Try again in {seconds} seconds."}}"#
        )
    };
    assert_eq!(told(Some("12"), ""), 12_000);
    assert_eq!(told(Some(" 0 "), ""), 0);
    assert_eq!(told(Some("99999999999999999999999"), ""), i64::MAX);
    assert_eq!(told(None, &text("9")), 9_000);
    assert_eq!(told(Some("12"), &text("9")), 12_000);
    assert_eq!(told(Some("soon"), &text("9")), 9_000);
    for nothing in ["soon", "-5", "1.5", "1e3", ""] {
        assert_eq!(told(Some(nothing), ""), -1, "{nothing}");
        assert_eq!(told(None, &text(nothing)), -1, "{nothing}");
    }
    let past = "Sun, 06 Nov 1994 08:49:37 GMT";
    assert_eq!(told(Some(past), ""), 0);
    let ahead = std::time::SystemTime::now() + std::time::Duration::from_secs(100);
    let left = told(Some(&httpdate::fmt_http_date(ahead)), "");
    assert!((90_000..=100_000).contains(&left), "{left}");
}

#[test]
fn a_time_in_a_text_is_read_in_whatever_form() {
    let left = |status: u16, text: &str| {
        let body = format!(r#"{{"statusCode":{status},"message":"{text}"}}"#);
        let failure = failure_with(status, &body);
        assert_eq!(status < 500, failure.status == S::MOMO_RATE_LIMITED);
        failure.retry_after_ms
    };
    let quota =
        |time: &str| format!("Out of call volume quota. Quota will be replenished in {time}.");
    for (time, milliseconds) in [
        ("01:02:03", 3_723_000),
        ("2.00:00:01", 172_801_000),
        ("00:00:00", 0),
        ("01:02:03.9876543", 3_723_000),
        ("6.23:59:59.1234567", 604_799_000),
        ("a while", -1),
        ("01:99:03", -1),
        ("99999999999999999999:00:00", -1),
    ] {
        assert_eq!(left(403, &quota(time)), milliseconds, "{time}");
    }
    for (status, text, milliseconds) in [
        (429, "Try again in 1 second.", 1000),
        (429, "Try again in 2 minutes.", 120_000),
        (429, "try again in 00:00:05", 5000),
        // Of a 403 without the word quota, too.
        (403, "Call rate exceeded. Try again in 7 seconds.", 7000),
        // Another time.
        (429, "Too many requests in 60 seconds.", -1),
        (503, "The backend did not respond in 30 seconds.", -1),
        (504, "Try again in 7 seconds.", -1),
    ] {
        assert_eq!(left(status, text), milliseconds, "{text}");
    }
}
