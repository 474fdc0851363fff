//! What is tried again, how often, and after how long.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use momo_mock_gateway::ServerCertificate;

use crate::common::*;
use crate::raw::{self, Server};

/// The requests whose path begins with `path`: one gateway serves all rows.
fn requests(gateway: &Gateway, path: &str) -> usize {
    let requests = gateway.requests();
    let prefix = format!("{path}/");
    requests
        .iter()
        .filter(|r| r.path.starts_with(&prefix))
        .count()
}

/// Path, the whole time in ms, status, requests, at least so many ms.
type Row = (&'static str, i64, momo_status, usize, u64);

const AMPLE: i64 = 20_000;

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("/503-times-2",            AMPLE, MOMO_OK, 3, 0),
    ("/503-times-3",            AMPLE, MOMO_SERVER_ERROR, 3, 0),
    ("/500",                    AMPLE, MOMO_SERVER_ERROR, 3, 0),
    ("/500-empty",              AMPLE, MOMO_SERVER_ERROR, 3, 0),
    ("/502",                    AMPLE, MOMO_SERVER_ERROR, 3, 0),
    ("/503",                    AMPLE, MOMO_SERVER_ERROR, 3, 0),
    ("/504",                    AMPLE, MOMO_SERVER_ERROR, 3, 0),
    ("/reset",                  AMPLE, MOMO_CONNECTION_LOST, 3, 0),
    ("/close",                  AMPLE, MOMO_CONNECTION_LOST, 3, 0),
    ("/close-without-notify",   AMPLE, MOMO_CONNECTION_LOST, 3, 0),
    // What will not pass, or brought a part of a response.
    ("/400",                    AMPLE, MOMO_UNEXPECTED_STATUS, 1, 0),
    ("/401-page",               AMPLE, MOMO_UNAUTHORIZED, 1, 0),
    ("/401-azure",              AMPLE, MOMO_SUBSCRIPTION_KEY_REFUSED, 1, 0),
    ("/403",                    AMPLE, MOMO_FORBIDDEN, 1, 0),
    ("/403-quota",              AMPLE, MOMO_RATE_LIMITED, 1, 0),
    ("/404",                    AMPLE, MOMO_UNEXPECTED_STATUS, 1, 0),
    ("/418",                    AMPLE, MOMO_UNEXPECTED_STATUS, 1, 0),
    ("/302",                    AMPLE, MOMO_UNEXPECTED_STATUS, 1, 0),
    ("/204",                    AMPLE, MOMO_UNEXPECTED_STATUS, 1, 0),
    ("/500-login-failed",       AMPLE, MOMO_UNAUTHORIZED, 1, 0),
    ("/500-not-allowed",        AMPLE, MOMO_FORBIDDEN,    1, 0),
    ("/html",                   AMPLE, MOMO_INVALID_RESPONSE, 1, 0),
    ("/html-503",               AMPLE, MOMO_FORBIDDEN, 1, 0),
    ("/no-token",               AMPLE, MOMO_INVALID_RESPONSE, 1, 0),
    ("/oversize",               AMPLE, MOMO_INVALID_RESPONSE, 1, 0),
    ("/truncated",              AMPLE, MOMO_CONNECTION_LOST, 1, 0),
    ("/close-after-40-bytes",   AMPLE, MOMO_CONNECTION_LOST, 1, 0),
    ("/endless-headers",        AMPLE, MOMO_INVALID_RESPONSE, 1, 0),
    // Retry-After where it fits in the time, and where it does not.
    ("/429-retry-after-1",      AMPLE, MOMO_RATE_LIMITED, 3, 2000),
    ("/503-retry-after-1",      AMPLE, MOMO_SERVER_ERROR, 3, 2000),
    ("/503-retry-after-0",      AMPLE, MOMO_SERVER_ERROR, 3, 0),
    ("/429-retry-after-30",     AMPLE, MOMO_RATE_LIMITED, 1, 0),
    ("/503-retry-after-30",     AMPLE, MOMO_SERVER_ERROR, 1, 0),
    ("/429",                     4000, MOMO_RATE_LIMITED, 1, 0),
    // The response says more than the silence after it.
    ("/503-times-1/stall",       3000, MOMO_SERVER_ERROR, 2, 1000),
    ("/delay-1/503-times-1/drip", 3000, MOMO_SERVER_ERROR, 2, 1000),
];

#[test]
fn what_may_pass_is_tried_three_times_and_nothing_else_is() {
    let gateway = Gateway::start().unwrap();
    std::thread::scope(|scope| {
        for row in ROWS {
            let gateway = &gateway;
            scope.spawn(move || {
                let (path, timeout_ms, status, count, least_ms) = *row;
                let config = Config::mock(gateway, path);
                let client = config.set("max_attempts", "3").client();
                let start = Instant::now();
                let outcome = client.create_within(timeout_ms);
                let elapsed = start.elapsed();
                let ended = outcome.as_ref().err().map_or(MOMO_OK, |e| e.status);
                assert_eq!(ended, status, "{path}: {outcome:?}");
                assert_eq!(requests(gateway, path), count, "{path}");
                assert!(elapsed >= Duration::from_millis(least_ms), "{path}");
                let most = Duration::from_millis(timeout_ms.unsigned_abs()) + raw::GRACE;
                assert!(elapsed <= most, "{path}: {elapsed:?}");
                if let (Err(e), true) = (outcome, least_ms != 1000) {
                    let attempts = format!("attempt {count} of 3");
                    assert!(e.message.contains(&attempts), "{path}: {}", e.message);
                }
            });
        }
    });
}

#[test]
fn one_attempt_is_one_request() {
    let gateway = Gateway::start().unwrap();
    for path in ["/503", "/reset", "/429-retry-after-0"] {
        let config = Config::mock(&gateway, path);
        assert!(config.client().create().is_err());
        assert_eq!(requests(&gateway, path), 1, "{path}");
    }
}

#[test]
fn an_attempt_that_takes_too_long_is_given_up_for_the_next() {
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "/stall");
    config
        .set("max_attempts", "3")
        // On a busy machine, too, the request is sent in that time.
        .set("attempt_timeout", "1s");
    let e = config.client().create().unwrap_err();
    assert_eq!(e.status, MOMO_TIMED_OUT, "{}", e.message);
    assert_eq!(gateway.request_count(), 3);
    assert!(e.message.contains("attempt 3 of 3"), "{}", e.message);
}

#[test]
fn a_response_wins_over_the_time_out_of_a_later_attempt() {
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "/503-times-1/stall");
    config.set("max_attempts", "2").set("attempt_timeout", "1s");
    let e = config.client().create().unwrap_err();
    assert_eq!(gateway.request_count(), 2);
    assert_eq!((e.status, e.http_status), (MOMO_SERVER_ERROR, 503), "{e:?}");
}

#[test]
fn a_handshake_that_is_cut_off_is_tried_again() {
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    let server = Server::start(move |_| {
        seen.fetch_add(1, Ordering::SeqCst);
    });
    let config = raw::config(&format!("https://{}", server.address));
    let e = config
        .set("max_attempts", "3")
        .client()
        .create()
        .unwrap_err();
    assert_eq!(e.status, MOMO_TLS_FAILED, "{}", e.message);
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

#[test]
fn a_refused_connection_is_tried_again() {
    // The port was free a moment ago; nobody listens there.
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let config = raw::config(&format!("https://{address}"));
    let e = config
        .set("max_attempts", "3")
        .client()
        .create()
        .unwrap_err();
    assert_eq!(e.status, MOMO_CONNECT_FAILED, "{}", e.message);
    assert_eq!((e.http_status, e.retry_after_ms), (0, -1));
    assert!(e.message.contains("attempt 3 of 3"), "{}", e.message);
    assert!(e.message.contains(&address.to_string()), "{}", e.message);
}

#[test]
fn a_certificate_that_is_refused_is_not_tried_again() {
    let builder = Gateway::builder().certificate(ServerCertificate::Expired);
    let gateway = builder.start().unwrap();
    let config = Config::mock(&gateway, "");
    let e = config
        .set("max_attempts", "3")
        .client()
        .create()
        .unwrap_err();
    assert_eq!(e.status, MOMO_TLS_FAILED, "{}", e.message);
    assert_eq!(gateway.connection_count(), 1);
    assert_eq!(gateway.request_count(), 0, "no key was sent");
}

#[test]
fn a_retry_is_logged_with_its_backoff() {
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "/503-times-2");
    let log = config.set("max_attempts", "3").log();
    config.client().create().unwrap();
    let text = log.text();
    assert_eq!(text.matches("trying again in ").count(), 2, "{text}");
    assert_eq!(text.matches("HTTP 503").count(), 2, "{text}");
    assert!(text.contains("attempt 3 of 3"), "{text}");
}
