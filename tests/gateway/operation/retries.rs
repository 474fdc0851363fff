//! What is tried again, how often, and after how long.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::common::*;
use crate::peer::Peer;
use crate::raw;

/// The requests whose path begins with `path`: one gateway serves all rows.
fn requests(gateway: &Gateway, path: &str) -> usize {
    let requests = gateway.requests();
    let prefix = format!("{path}/");
    requests
        .iter()
        .filter(|r| r.path.starts_with(&prefix))
        .count()
}

/// Path, status, requests, at least so many ms. Which statuses are tried again is for a unit test.
type Row = (&'static str, momo_status, usize, u64);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("/503-times-2", MOMO_OK, 3, 0),
    ("/503-times-3", MOMO_SERVER_ERROR, 3, 0),
    ("/500-empty", MOMO_SERVER_ERROR, 3, 0),
    ("/reset", MOMO_CONNECTION_LOST, 3, 0),
    ("/close", MOMO_CONNECTION_LOST, 3, 0),
    ("/close-without-notify", MOMO_CONNECTION_LOST, 3, 0),
    // What will not pass, or brought a part of a response.
    ("/403", MOMO_FORBIDDEN, 1, 0),
    ("/500-login-failed", MOMO_UNAUTHORIZED, 1, 0),
    ("/no-token", MOMO_INVALID_RESPONSE, 1, 0),
    ("/oversize", MOMO_INVALID_RESPONSE, 1, 0),
    ("/truncated", MOMO_CONNECTION_LOST, 1, 0),
    ("/close-after-40-bytes", MOMO_CONNECTION_LOST, 1, 0),
    ("/endless-headers", MOMO_INVALID_RESPONSE, 1, 0),
    // Retry-After if it fits in the time, and if it does not.
    ("/429-retry-after-1", MOMO_RATE_LIMITED, 3, 2000),
    ("/503-retry-after-1", MOMO_SERVER_ERROR, 3, 2000),
    ("/429-retry-after-90", MOMO_RATE_LIMITED, 1, 0),
    ("/503-retry-after-90", MOMO_SERVER_ERROR, 1, 0),
];

#[test]
fn what_may_pass_is_tried_three_times_and_nothing_else_is() {
    let gateway = Gateway::start().unwrap();
    std::thread::scope(|scope| {
        for row in ROWS {
            let gateway = &gateway;
            scope.spawn(move || {
                let (path, status, count, least_ms) = *row;
                let config = Config::mock(gateway, path);
                let client = config.set("max_attempts", "3").client();
                let start = Instant::now();
                let outcome = client.create();
                let elapsed = start.elapsed();
                let ended = outcome.as_ref().err().map_or(MOMO_OK, |e| e.status);
                assert_eq!(ended, status, "{path}: {outcome:?}");
                assert_eq!(requests(gateway, path), count, "{path}");
                let allowed = ms(least_ms)..SOON;
                assert!(allowed.contains(&elapsed), "{path}: {elapsed:?}");
                if let Err(e) = outcome {
                    let attempts = format!("attempt {count} of 3");
                    assert!(e.message.contains(&attempts), "{path}: {}", e.message);
                }
            });
        }
    });
}

#[test]
fn a_handshake_that_is_cut_off_is_tried_again() {
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    let server = Peer::start(move |_| {
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
