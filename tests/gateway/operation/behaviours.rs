//! One row for every behaviour that the mock gateway has.

use std::time::Instant;

use crate::common::*;

enum Want {
    /// A token of this lifetime.
    Token(i64),
    Error {
        status: momo_status,
        http_status: i32,
        code: &'static str,
        retry_after_ms: i64,
        /// A part of the body; "" for a body that is empty.
        body: &'static str,
        message: &'static str,
    },
}

struct Row {
    /// As the mock gateway's own table has it.
    behaviour: &'static str,
    path: &'static str,
    timeout_ms: i64,
    want: Want,
}

const AMPLE: i64 = 60_000;
/// For responses that never end: enough for a slow client to come to them.
const SHORT: i64 = 3000;

fn good(behaviour: &'static str, path: &'static str, lifetime: i64) -> Row {
    Row {
        behaviour,
        path,
        timeout_ms: AMPLE,
        want: Want::Token(lifetime),
    }
}

fn row(
    behaviour: &'static str,
    path: &'static str,
    status: momo_status,
    http_status: i32,
    (code, body): (&'static str, &'static str),
    message: &'static str,
) -> Row {
    Row {
        behaviour,
        path,
        timeout_ms: AMPLE,
        want: Want::Error {
            status,
            http_status,
            code,
            retry_after_ms: -1,
            body,
            message,
        },
    }
}

impl Row {
    fn retry_after(mut self, ms: i64) -> Self {
        if let Want::Error { retry_after_ms, .. } = &mut self.want {
            *retry_after_ms = ms;
        }
        self
    }

    fn endless(mut self) -> Self {
        self.timeout_ms = SHORT;
        self
    }
}

/// No code, no body.
const BARE: (&str, &str) = ("", "");

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let lost = MOMO_CONNECTION_LOST;
    let bad = MOMO_INVALID_RESPONSE;
    let late = MOMO_TIMED_OUT;
    let other = MOMO_UNEXPECTED_STATUS;
    let failed = MOMO_SERVER_ERROR;
    let unusable = "no usable token: it is no JSON object with a text access_token";
    let login = ("login_failed", r#"{"error":"login_failed"}"#);
    let unavailable = ("SERVICE_UNAVAILABLE", r#""code":"SERVICE_UNAVAILABLE"}"#);
    let support = "1234567890123456789";
    vec![
        good("delay-N", "/delay-20", 3600),
        good("hold-N", "/hold-20", 3600),
        good("lifetime-N", "/lifetime-120", 120),
        good("connection-close", "/connection-close", 3600),
        row("login-failed-once", "/login-failed-once", MOMO_UNAUTHORIZED, 500, login, "login_failed"),
        row("503-times-N", "/503-times-1", failed, 503, unavailable, "HTTP 503"),
        good("no-response-on-reuse", "/no-response-on-reuse", 3600),
        good("age-N", "/age-10", 3600),
        good("interim", "/interim", 3600),
        good("chunk-extensions", "/chunk-extensions", 3600),
        good("bom", "/bom", 3600),
        row("no-token", "/no-token", bad, 200, BARE, unusable),
        row("empty-token", "/empty-token", bad, 200, BARE, "its access_token is empty"),
        row("token-null", "/token-null", bad, 200, BARE, unusable),
        row("token-number", "/token-number", bad, 200, BARE, unusable),
        row("token-bad-chars", "/token-bad-chars", bad, 200, BARE, "a character that no bearer token has"),
        good("token-max", "/token-max", 3600),
        row("token-too-long", "/token-too-long", bad, 200, BARE, "longer than 8,192 characters"),
        good("no-token-type", "/no-token-type", 3600),
        good("unknown-members", "/unknown-members", 3600),
        good("expires-in-string", "/expires-in-string", 3600),
        good("expires-in-missing", "/expires-in-missing", 0),
        good("expires-in-zero", "/expires-in-zero", 0),
        good("expires-in-negative", "/expires-in-negative", 0),
        good("expires-in-huge", "/expires-in-huge", 86_400),
        good("expires-in-float", "/expires-in-float", 3599),
        good("expires-in-text", "/expires-in-text", 0),
        row("oversize", "/oversize", bad, 200, BARE, "larger than 64 KiB"),
        row("truncated", "/truncated", lost, 200, BARE, "reading the response"),
        row("truncated-chunked", "/truncated-chunked", lost, 200, BARE, "reading the response"),
        row("close-after-N-bytes", "/close-after-40-bytes", lost, 0, BARE, "reading the response"),
        row("drip", "/drip", late, 200, BARE, "reading the response: the time was up").endless(),
        row("slow-headers", "/slow-headers", late, 0, BARE, "the time was up").endless(),
        row("stall", "/stall", late, 0, BARE, "waiting for the response: the time was up").endless(),
        row("reset", "/reset", lost, 0, BARE, "the connection broke"),
        row("close", "/close", lost, 0, BARE, "closed the connection instead of responding"),
        row("close-without-notify", "/close-without-notify", lost, 0, BARE, "closed the connection without closing TLS first"),
        row("oversize-endless", "/oversize-endless", bad, 200, BARE, "larger than 64 KiB"),
        row("endless-headers", "/endless-headers", bad, 0, BARE, "header"),
        row("endless-100", "/endless-100", late, 0, BARE, "the time was up").endless(),
        row("raw", "/raw", bad, 0, BARE, "not valid HTTP"),
        row("200-empty", "/200-empty", bad, 200, BARE, unusable),
        row("204", "/204", other, 204, BARE, "HTTP 204"),
        row("302", "/302", other, 302, BARE, "a redirect to elsewhere.invalid, which is never followed"),
        row("400", "/400", other, 400, ("", r#"{"error":"Bad request"}"#), "HTTP 400"),
        row("400-invalid-client", "/400-invalid-client", MOMO_UNAUTHORIZED, 400, ("invalid_client", r#"{"error":"invalid_client"}"#), "was refused (invalid_client); check api_user and api_key"),
        row("401-missing-key", "/401-missing-key", MOMO_SUBSCRIPTION_KEY_REFUSED, 401, ("", "missing subscription key"), "something on the way has removed the header"),
        row("403-quota-text", "/403-quota-text", MOMO_RATE_LIMITED, 403, ("", "Out of call volume quota"), "quota").retry_after(3_600_000),
        row("511", "/511", failed, 511, ("", "Please sign in"), "a captive portal"),
        row("401-page", "/401-page", MOMO_UNAUTHORIZED, 401, ("Unauthorized", r#"{"error":"Unauthorized"}"#), "api_user and api_key"),
        row("401-azure", "/401-azure", MOMO_SUBSCRIPTION_KEY_REFUSED, 401, ("", "invalid subscription key"), "check that subscription_key is the primary or secondary key"),
        row("403", "/403", MOMO_FORBIDDEN, 403, ("", "not authorized"), "public IP address"),
        row("403-quota", "/403-quota", MOMO_RATE_LIMITED, 403, ("", "Out of call volume quota"), "quota").retry_after(3_600_000),
        row("404", "/404", other, 404, ("", "Resource not found"), "wrong product or base path"),
        row("418", "/418", other, 418, ("", "I'm a teapot"), "HTTP 418"),
        row("429", "/429", MOMO_RATE_LIMITED, 429, ("", "Try again in 5 seconds."), "too many requests").retry_after(5000),
        row("429-retry-after-N", "/429-retry-after-7", MOMO_RATE_LIMITED, 429, ("", "Try again in 7 seconds."), "too many requests").retry_after(7000),
        row("500", "/500", failed, 500, ("", "Internal server error"), "activity ID "),
        row("500-empty", "/500-empty", failed, 500, BARE, "HTTP 500"),
        row("500-not-allowed", "/500-not-allowed", MOMO_FORBIDDEN, 500, ("NOT_ALLOWED", r#""code":"NOT_ALLOWED""#), "have MTN enable this product"),
        row("500-not-allowed-environment", "/500-not-allowed-environment", MOMO_FORBIDDEN, 500, ("NOT_ALLOWED_TARGET_ENVIRONMENT", r#""code":"NOT_ALLOWED_TARGET_ENVIRONMENT""#), "api_user and base_url belong together"),
        row("500-login-failed", "/500-login-failed", MOMO_UNAUTHORIZED, 500, login, "api_user and api_key"),
        row("502", "/502", failed, 502, ("", "502 Bad Gateway"), "HTTP 502"),
        row("503", "/503", failed, 503, unavailable, "Service is currently unavailable"),
        row("503-retry-after-N", "/503-retry-after-7", failed, 503, unavailable, "HTTP 503").retry_after(7000),
        row("504", "/504", failed, 504, ("", "504 Gateway Timeout"), "HTTP 504"),
        row("html", "/html", bad, 200, BARE, unusable),
        row("html-200", "/html-200", MOMO_FORBIDDEN, 200, (support, ""), "support ID 1234567890123456789"),
        row("html-403", "/html-403", MOMO_FORBIDDEN, 403, (support, "Request Rejected"), "a firewall"),
        row("html-503", "/html-503", MOMO_FORBIDDEN, 503, (support, "Request Rejected"), "a firewall"),
        row("not-json", "/not-json", bad, 200, BARE, unusable),
        row("deep-json", "/deep-json", bad, 200, BARE, unusable),
        row("binary", "/binary", bad, 200, BARE, unusable),
        row("echo", "/echo", failed, 500, ("", "[redacted]"), "HTTP 500"),
        row("echo-N", "/echo-418", other, 418, ("", "[redacted]"), "HTTP 418"),
        row("token-cut-at-N", "/token-cut-at-200", failed, 500, ("", r#"{"access_token":"[redacted]"#), "HTTP 500"),
        row("token-cut-at-N-200", "/token-cut-at-200-200", bad, 200, BARE, unusable),
    ]
}

#[test]
fn every_behaviour_ends_as_the_contract_says() {
    let gateway = Gateway::start().unwrap();
    gateway.set_raw("this is no HTTP\r\n\r\n");
    let rows = rows();
    let mut known: Vec<_> = momo_mock_gateway::behaviours().map(|b| b.0).collect();
    let mut tested: Vec<_> = rows.iter().map(|r| r.behaviour).collect();
    known.sort_unstable();
    tested.sort_unstable();
    assert_eq!(tested, known, "each behaviour has one row");
    println!("{} behaviours", rows.len());
    let (slow, quick): (Vec<_>, Vec<_>) = rows.iter().partition(|r| r.timeout_ms == SHORT);
    std::thread::scope(|scope| {
        for row in slow {
            scope.spawn(|| check(&gateway, row));
        }
        for row in quick {
            check(&gateway, row);
        }
    });
}

fn check(gateway: &Gateway, row: &Row) {
    let name = row.behaviour;
    let client = Config::mock(gateway, row.path).client();
    let start = Instant::now();
    let outcome = client.create_within(row.timeout_ms);
    assert!(start.elapsed() < SOON, "{name}: {:?}", start.elapsed());
    match (&row.want, outcome) {
        (Want::Token(lifetime), Ok(token)) => {
            let issued = gateway.issued();
            assert!(
                issued.iter().any(|i| i.token == token.access_token),
                "{name}"
            );
            let kind = if name == "no-token-type" {
                ""
            } else {
                "access_token"
            };
            assert_eq!(token.token_type, kind, "{name}");
            assert_eq!(token.lifetime, *lifetime, "{name}");
            assert_eq!(token.expires_at != 0, *lifetime != 0, "{name}");
            assert!(*lifetime - token.expires_in <= 60, "{name}: {token:?}");
            assert_eq!(token.refresh_status, MOMO_OK as i32, "{name}");
        }
        (
            Want::Error {
                status,
                http_status,
                code,
                retry_after_ms,
                body,
                message,
            },
            Err(e),
        ) => {
            assert_eq!(e.status, *status, "{name}: {e:?}");
            assert_eq!(e.http_status, *http_status, "{name}: {e:?}");
            assert_eq!(e.retry_after_ms, *retry_after_ms, "{name}: {e:?}");
            assert_eq!(e.code, *code, "{name}: {e:?}");
            assert!(e.body.contains(body), "{name}: {e:?}");
            assert_eq!(e.body.is_empty(), body.is_empty(), "{name}: {e:?}");
            assert!(e.message.contains(message), "{name}: {e:?}");
            for part in [
                "[host localhost:",
                ", API user …5c6d, attempt 1 of 1, ",
                " ms]",
            ] {
                assert!(e.message.contains(part), "{name}: {e:?}");
            }
        }
        (Want::Token(_), Err(e)) => panic!("{name}: {e:?}"),
        (Want::Error { .. }, Ok(_)) => panic!("{name}: a token"),
    }
}
