//! One row for every behaviour that the mock gateway has.

use std::time::Instant;

use crate::common::*;

/// A token of this lifetime.
#[rustfmt::skip]
const TOKENS: &[(i64, &[&str])] = &[
    (3600, &[
        "delay-20", "hold-20", "connection-close", "no-response-on-reuse", "age-10", "interim",
        "chunk-extensions", "bom", "token-max", "no-token-type", "unknown-members", "expires-in-string",
    ]),
    (120, &["lifetime-120"]),
    (3599, &["expires-in-float"]),
    (86_400, &["expires-in-huge"]),
    (0, &["expires-in-missing", "expires-in-zero", "expires-in-negative", "expires-in-text"]),
];

struct Row {
    path: &'static str,
    status: momo_status,
    http_status: i32,
    message: &'static str,
    code: &'static str,
    /// A part of the body; "" for a body that is empty.
    body: &'static str,
    retry_after_ms: i64,
}

/// An error without code, body and Retry-After.
const fn row(
    path: &'static str,
    status: momo_status,
    http_status: i32,
    message: &'static str,
) -> Row {
    let (code, body, retry_after_ms) = ("", "", -1);
    Row {
        path,
        status,
        http_status,
        message,
        code,
        body,
        retry_after_ms,
    }
}

impl Row {
    fn with(self, code: &'static str, body: &'static str) -> Self {
        Self { code, body, ..self }
    }

    fn retry_after(self, retry_after_ms: i64) -> Self {
        Self {
            retry_after_ms,
            ..self
        }
    }
}

/// 200s whose body is no JSON object with a text access_token.
#[rustfmt::skip]
const UNUSABLE: &[&str] = &[
    "no-token", "token-null", "token-number", "200-empty", "html", "not-json", "deep-json", "binary",
    "token-cut-at-200-200",
];

#[rustfmt::skip]
fn failures() -> Vec<Row> {
    let lost = MOMO_CONNECTION_LOST;
    let bad = MOMO_INVALID_RESPONSE;
    let late = MOMO_TIMED_OUT;
    let other = MOMO_UNEXPECTED_STATUS;
    let failed = MOMO_SERVER_ERROR;
    let login = ("login_failed", r#"{"error":"login_failed"}"#);
    let unavailable = ("SERVICE_UNAVAILABLE", r#""code":"SERVICE_UNAVAILABLE"}"#);
    let support = "1234567890123456789";
    vec![
        row("login-failed-once", MOMO_UNAUTHORIZED, 500, "login_failed").with(login.0, login.1),
        row("503-times-1", failed, 503, "HTTP 503").with(unavailable.0, unavailable.1),
        row("empty-token", bad, 200, "its access_token is empty"),
        row("token-bad-chars", bad, 200, "a character that no bearer token has"),
        row("token-too-long", bad, 200, "longer than 8,192 characters"),
        row("oversize", bad, 200, "larger than 64 KiB"),
        row("truncated", lost, 200, "reading the response"),
        row("truncated-chunked", lost, 200, "reading the response"),
        row("close-after-40-bytes", lost, 0, "reading the response"),
        row("drip", late, 200, "reading the response: the time was up"),
        row("slow-headers", late, 0, "the time was up"),
        row("stall", late, 0, "waiting for the response: the time was up"),
        row("reset", lost, 0, "the connection broke"),
        row("close", lost, 0, "closed the connection instead of responding"),
        row("close-without-notify", lost, 0, "closed the connection without closing TLS first"),
        row("oversize-endless", bad, 200, "larger than 64 KiB"),
        row("endless-headers", bad, 0, "header"),
        row("endless-100", late, 0, "the time was up"),
        row("raw", bad, 0, "not valid HTTP"),
        row("204", other, 204, "HTTP 204"),
        row("302", other, 302, "a redirect to elsewhere.invalid, which is never followed"),
        row("400", other, 400, "HTTP 400").with("", r#"{"error":"Bad request"}"#),
        row("400-invalid-client", MOMO_UNAUTHORIZED, 400, "was refused (invalid_client); check api_user and api_key").with("invalid_client", r#"{"error":"invalid_client"}"#),
        row("401-missing-key", MOMO_SUBSCRIPTION_KEY_REFUSED, 401, "something on the way has removed the header").with("", "missing subscription key"),
        row("403-quota-text", MOMO_RATE_LIMITED, 403, "quota").with("", "Out of call volume quota").retry_after(3_600_000),
        row("511", failed, 511, "a captive portal").with("", "Please sign in"),
        row("401-page", MOMO_UNAUTHORIZED, 401, "api_user and api_key").with("Unauthorized", r#"{"error":"Unauthorized"}"#),
        row("401-azure", MOMO_SUBSCRIPTION_KEY_REFUSED, 401, "check that subscription_key is the primary or secondary key").with("", "invalid subscription key"),
        row("403", MOMO_FORBIDDEN, 403, "public IP address").with("", "not authorized"),
        row("403-quota", MOMO_RATE_LIMITED, 403, "quota").with("", "Out of call volume quota").retry_after(3_600_000),
        row("404", other, 404, "wrong product or base path").with("", "Resource not found"),
        row("418", other, 418, "HTTP 418").with("", "I'm a teapot"),
        row("429", MOMO_RATE_LIMITED, 429, "too many requests").with("", "Try again in 5 seconds.").retry_after(5000),
        row("429-retry-after-7", MOMO_RATE_LIMITED, 429, "too many requests").with("", "Try again in 7 seconds.").retry_after(7000),
        row("500", failed, 500, "activity ID ").with("", "Internal server error"),
        row("500-empty", failed, 500, "HTTP 500"),
        row("500-not-allowed", MOMO_FORBIDDEN, 500, "have MTN enable this product").with("NOT_ALLOWED", r#""code":"NOT_ALLOWED""#),
        row("500-not-allowed-environment", MOMO_FORBIDDEN, 500, "api_user and base_url belong together").with("NOT_ALLOWED_TARGET_ENVIRONMENT", r#""code":"NOT_ALLOWED_TARGET_ENVIRONMENT""#),
        row("500-login-failed", MOMO_UNAUTHORIZED, 500, "api_user and api_key").with(login.0, login.1),
        row("502", failed, 502, "HTTP 502").with("", "502 Bad Gateway"),
        row("503", failed, 503, "Service is currently unavailable").with(unavailable.0, unavailable.1),
        row("503-retry-after-7", failed, 503, "HTTP 503").with(unavailable.0, unavailable.1).retry_after(7000),
        row("504", failed, 504, "HTTP 504").with("", "504 Gateway Timeout"),
        row("html-200", MOMO_FORBIDDEN, 200, "support ID 1234567890123456789").with(support, ""),
        row("html-403", MOMO_FORBIDDEN, 403, "a firewall").with(support, "Request Rejected"),
        row("html-503", MOMO_FORBIDDEN, 503, "a firewall").with(support, "Request Rejected"),
        row("echo", failed, 500, "HTTP 500").with("", "[redacted]"),
        row("echo-418", other, 418, "HTTP 418").with("", "[redacted]"),
        row("token-cut-at-200", failed, 500, "HTTP 500").with("", r#"{"access_token":"[redacted]"#),
    ]
}

/// Whether the behaviour of this name, in which N is a number, is the one at this path.
fn is_at(name: &str, path: &str) -> bool {
    let Some((before, after)) = name.split_once('N') else {
        return name == path;
    };
    let rest = path.strip_prefix(before);
    let number = rest.and_then(|rest| rest.strip_suffix(after));
    number.is_some_and(|n| n.parse::<u32>().is_ok())
}

#[test]
fn every_behaviour_ends_as_the_contract_says() {
    let gateway = Gateway::start().unwrap();
    gateway.set_raw("this is no HTTP\r\n\r\n");
    let mut rows = failures();
    let why = "no usable token: it is no JSON object with a text access_token";
    let unusable = |path: &&'static str| row(path, MOMO_INVALID_RESPONSE, 200, why);
    rows.extend(UNUSABLE.iter().map(unusable));
    let good = TOKENS.iter().flat_map(|(_, paths)| *paths).copied();
    let paths: Vec<_> = rows.iter().map(|row| row.path).chain(good).collect();
    for (name, _) in momo_mock_gateway::behaviours() {
        let count = paths.iter().filter(|path| is_at(name, path)).count();
        assert_eq!(count, 1, "{name} has one row");
    }
    let (slow, quick): (Vec<_>, Vec<_>) = rows.iter().partition(|r| r.status == MOMO_TIMED_OUT);
    std::thread::scope(|scope| {
        for row in slow {
            scope.spawn(|| check_failure(&gateway, row));
        }
        quick
            .into_iter()
            .for_each(|row| check_failure(&gateway, row));
        for (lifetime, paths) in TOKENS {
            paths
                .iter()
                .for_each(|path| check_token(&gateway, path, *lifetime));
        }
    });
}

fn check_token(gateway: &Gateway, path: &str, lifetime: i64) {
    let client = Config::mock(gateway, &format!("/{path}")).client();
    let token = client.create().unwrap_or_else(|e| panic!("{path}: {e:?}"));
    let issued = gateway.issued();
    let is_issued = issued.iter().any(|i| i.token == token.access_token);
    assert!(is_issued, "{path}");
    let is_typed = token.token_type == "access_token";
    assert_eq!(is_typed, path != "no-token-type", "{path}: {token:?}");
    assert_eq!(token.lifetime, lifetime, "{path}");
    assert_eq!(token.expires_at != 0, lifetime != 0, "{path}");
    let spent = lifetime - token.expires_in;
    assert!((0..=60).contains(&spent), "{path}: {token:?}");
    assert_eq!(token.refresh_status, MOMO_OK as i32, "{path}");
}

fn check_failure(gateway: &Gateway, row: &Row) {
    let path = row.path;
    let client = Config::mock(gateway, &format!("/{path}")).client();
    let start = Instant::now();
    // Of responses that never end: enough for a slow client to come to them.
    let is_endless = row.status == MOMO_TIMED_OUT;
    let outcome = client.create_within(if is_endless { 3000 } else { -1 });
    assert!(start.elapsed() < SOON, "{path}: {:?}", start.elapsed());
    let e = outcome.unwrap_err();
    let ended = (e.status, e.http_status, e.retry_after_ms);
    let expected = (row.status, row.http_status, row.retry_after_ms);
    assert_eq!(ended, expected, "{path}: {e:?}");
    assert_eq!(e.code, row.code, "{path}: {e:?}");
    assert!(e.body.contains(row.body), "{path}: {e:?}");
    assert_eq!(e.body.is_empty(), row.body.is_empty(), "{path}: {e:?}");
    let (host, attempt) = ("[host localhost:", ", API user …5c6d, attempt 1 of 1, ");
    for part in [row.message, host, attempt, " ms]"] {
        assert!(e.message.contains(part), "{path}: {e:?}");
    }
}
