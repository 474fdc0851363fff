//! Refusals whose bodies and headers mean harm.

use super::rows::*;
use crate::common::*;

fn refusal(
    name: &str,
    line: &str,
    headers: &str,
    body: impl AsRef<[u8]>,
    status: momo_status,
) -> Row {
    let http = line[..3].parse().unwrap();
    row(
        name,
        status_and_body(line, headers, body),
        Want::Status(status, http),
    )
}

#[test]
fn the_body_of_an_error_response_changes_nothing_but_the_message() {
    let failed = |name: &str, body: &[u8]| refusal(name, "500 X", "", body, MOMO_SERVER_ERROR);
    let denied = |name: &str, body: &str| refusal(name, "500 X", "", body, MOMO_UNAUTHORIZED);
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let rows = vec![
        denied("login_failed", r#"{"error":"login_failed"}"#),
        denied(
            "login_failed with escapes",
            r#"{"error":"login\u005ffailed"}"#,
        ),
        denied(
            "login_failed among others",
            r#"{"a":[1],"error":"login_failed","code":7}"#,
        ),
        failed("an array with login_failed", br#"["login_failed"]"#),
        failed(
            "login_failed deeper down",
            br#"{"data":{"error":"login_failed"}}"#,
        ),
        failed("login_failed as text", b"login_failed"),
        failed("a number for the error", br#"{"error":1e999}"#),
        failed("an object for the error", br#"{"error":{"a":[null]}}"#),
        failed(
            "a long error",
            format!(r#"{{"error":"{}"}}"#, "e".repeat(10_000)).as_bytes(),
        ),
        failed(
            "control characters",
            br#"{"error":"a\u0000b\u001b[31m\r\n","message":"\u202e\u0007"}"#,
        ),
        failed("broken UTF-8", b"{\"error\":\"\xff\xfe\xc0\x80\"}"),
        failed("10,000 levels", deep.as_bytes()),
        failed(
            "10,000 levels for the message",
            format!("{{\"message\":{deep}}}").as_bytes(),
        ),
        failed("every byte", &(0..=255).collect::<Vec<u8>>()),
        failed("a megabyte", &vec![b'x'; 1 << 20]),
        failed(
            "a long line of text of several bytes",
            "\u{20ac}".repeat(5000).as_bytes(),
        ),
        failed("a good response", good_body().as_bytes()),
        failed("nothing", b""),
        refusal(
            "a firewall's page",
            "500 X",
            "",
            "Request Rejected. support ID is: 12",
            MOMO_FORBIDDEN,
        ),
        refusal(
            "one without an ID",
            "200 OK",
            "",
            "Request Rejected",
            MOMO_FORBIDDEN,
        ),
        refusal(
            "one with a long ID",
            "418 X",
            "",
            format!("Request Rejected support ID: {}", "7".repeat(9999)),
            MOMO_FORBIDDEN,
        ),
        refusal(
            "one with an ID in odd letters",
            "403 X",
            "",
            "Request Rejected \u{130}\u{130}\u{130} support ID: \u{130}1",
            MOMO_FORBIDDEN,
        ),
    ];
    try_all("error responses", &rows);
}

#[test]
fn a_retry_after_is_a_number_or_a_date_and_never_harm() {
    let soon = "Try again in 9 seconds.";
    for (value, message, want) in [
        ("0", "", Some(0)),
        ("7", "", Some(7000)),
        ("  7  ", "", Some(7000)),
        ("007", "", Some(7000)),
        ("99999999999999999999", "", Some(i64::MAX)),
        ("18446744073709551615", "", Some(i64::MAX)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "", Some(0)),
        ("-1", "", None),
        ("1.5", "", None),
        ("soon", "", None),
        ("", "", None),
        ("Thu, 99 Jan 1970 00:00:00 GMT", "", None),
        ("soon", soon, Some(9000)),
        ("3", soon, Some(3000)),
        ("", "Try again in -9 seconds.", None),
        ("", "Try again in 99999999999999999999 seconds.", None),
    ] {
        let body = format!(r#"{{"statusCode":429,"message":"{message}"}}"#);
        let headers = format!("Retry-After: {value}\r\n");
        let response = status_and_body("429 X", &headers, body);
        let e = outcome_of(value, &response).unwrap_err();
        assert_eq!(e.status, MOMO_RATE_LIMITED, "{value}: {e:?}");
        assert_eq!(
            e.retry_after_ms,
            want.unwrap_or(-1),
            "{value} {message}: {e:?}"
        );
    }
    let headers = "Retry-After: Fri, 01 Jan 2038 00:00:00 GMT\r\n";
    let e = outcome_of("a date", &status_and_body("503 X", headers, "")).unwrap_err();
    assert!(e.retry_after_ms > 0, "{e:?}");
}

#[test]
fn what_a_redirect_says_of_its_target_is_a_host_or_nothing() {
    for (location, said) in [
        (
            "https://elsewhere.invalid/path?secret#x",
            "a redirect to elsewhere.invalid, which",
        ),
        ("//elsewhere.invalid/path", "a redirect"),
        (
            "https://user:pass@elsewhere.invalid:8443/",
            "a redirect to elsewhere.invalid, which",
        ),
        ("/path", "a redirect, which"),
        ("", "a redirect, which"),
        ("javascript:alert(1)", "a redirect"),
        ("https://[::1]/", "a redirect"),
        ("\u{e9}\u{202e}", "a redirect, which"),
        ("https://", "a redirect, which"),
    ] {
        let headers = format!("Location: {location}\r\n");
        let response = status_and_body("302 Found", &headers, "");
        let e = outcome_of(location, &response).unwrap_err();
        assert_eq!(
            (e.status, e.http_status),
            (MOMO_UNEXPECTED_STATUS, 302),
            "{e:?}"
        );
        assert!(e.message.contains(said), "{location}: {e:?}");
        for hidden in ["user:pass", "secret", "path?"] {
            assert!(!e.message.contains(hidden), "{location}: {e:?}");
        }
    }
}
