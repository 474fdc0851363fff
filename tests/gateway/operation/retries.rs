//! What is tried again, how often, and after how long.

use std::time::Instant;

use crate::child::free_port;
use crate::common::*;
use crate::peer::{Peer, closing};
use crate::raw;

/// The requests whose path begins with `path`: one gateway serves all rows.
fn requests(gateway: &Gateway, path: &str) -> usize {
    let prefix = format!("{path}/");
    let paths = gateway.requests().into_iter().map(|r| r.path);
    paths.filter(|path| path.starts_with(&prefix)).count()
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
    ("/no-token", MOMO_INVALID_RESPONSE, 1, 0),
    ("/oversize", MOMO_INVALID_RESPONSE, 1, 0),
    ("/truncated", MOMO_CONNECTION_LOST, 1, 0),
    ("/close-after-40-bytes", MOMO_CONNECTION_LOST, 1, 0),
    ("/endless-headers", MOMO_INVALID_RESPONSE, 1, 0),
    // Retry-After if it fits in the time, and if it does not.
    ("/429-retry-after-1", MOMO_RATE_LIMITED, 3, 2000),
    ("/503-retry-after-1", MOMO_SERVER_ERROR, 3, 2000),
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
fn a_refused_connection_and_a_handshake_that_is_cut_off_are_tried_again() {
    let cut_off = Peer::start(closing);
    // Free a moment ago; nobody listens there.
    let nobody = format!("https://127.0.0.1:{}", free_port());
    for (url, status) in [
        (cut_off.url("https"), MOMO_TLS_FAILED),
        (nobody, MOMO_CONNECT_FAILED),
    ] {
        let client = raw::config(&url).set("max_attempts", "3").client();
        let place = url.trim_start_matches("https://");
        let e = fails(client.create(), status, &["attempt 3 of 3", place]);
        assert_eq!((e.http_status, e.retry_after_ms), (0, -1), "{e:?}");
    }
    assert_eq!(cut_off.accepted(), 3);
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

#[test]
fn each_request_that_fails_without_a_token_is_one_error_in_the_log() {
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "/503-times-4");
    let log = config.set("max_attempts", "2").log();
    let client = config.client();
    let errors = || {
        let lines = log.lines().into_iter().filter(|(level, _)| *level == 1);
        lines.map(|(_, line)| line).collect::<Vec<_>>()
    };
    let failure = client.get().unwrap_err();
    let line = format!("the request for a token failed: {}", failure.message);
    assert_eq!(errors(), [line]);
    // Told again from the cooldown, without a request.
    client.get().unwrap_err();
    assert_eq!(errors().len(), 1);
    let failure = client.create().unwrap_err();
    let line = format!("the request for a new token failed: {}", failure.message);
    assert_eq!(errors()[1..], [line]);
    client.create().unwrap();
    assert_eq!(errors().len(), 2);
}
