//! Connections that are kept, and what becomes of them.

use std::time::{Duration, Instant};

use crate::common::*;
use crate::raw::{self, Server};

fn until(what: &str, done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_kept_connection_that_dies_with_the_next_request_is_no_failure() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "/no-response-on-reuse").client();
    for calls in 1..=4 {
        client.create().unwrap();
        // Each later call finds the connection dead and makes a new one.
        assert_eq!(gateway.request_count(), 2 * calls - 1);
    }
}

#[test]
fn a_kept_connection_that_the_server_closed_is_no_failure() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "").client();
    for calls in 1..=10 {
        client.create().unwrap();
        assert_eq!(
            gateway.request_count(),
            calls,
            "no request is lost or doubled"
        );
        gateway.close_connections();
        // Seen before the next request or only by it: both are possible, both are no failure.
    }
}

#[test]
fn a_connection_that_dies_on_every_use_is_a_failure_and_not_a_loop() {
    // The first request of each connection is answered, whatever comes second is not; a new
    // connection is not answered at all once there was one.
    let served = std::sync::atomic::AtomicBool::new(false);
    let server = Server::start(move |mut stream| {
        raw::read_head(&mut stream);
        if !served.swap(true, std::sync::atomic::Ordering::SeqCst) {
            let good = b"HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\n{\"access_token\":\"good\"} ";
            raw::send(&mut stream, good);
            raw::read_head(&mut stream);
        }
    });
    let client = server.config().client();
    client.create().unwrap();
    let e = client.create().unwrap_err();
    assert_eq!(e.status, MOMO_CONNECTION_LOST, "{e:?}");
}

#[test]
fn get_token_leaves_no_connection_open() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "").client();
    client.get().unwrap();
    let requests = gateway.requests();
    assert_eq!(requests[0].header("connection"), Some("close"));
    until("the connection is closed", || {
        gateway.open_connections() == 0
    });
}

#[test]
fn each_connection_has_a_handshake_in_full() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "").client();
    let token = client.get().unwrap();
    client.invalidate(&token.access_token);
    client.get().unwrap();
    assert_eq!(
        (gateway.connection_count(), gateway.resumed_count()),
        (2, 0)
    );
}

#[test]
fn a_server_that_closes_after_each_response_is_no_failure() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "/connection-close").client();
    for calls in 1..=5 {
        client.create().unwrap();
        assert_eq!(
            (gateway.request_count(), gateway.connection_count()),
            (calls, calls)
        );
    }
    until("none is kept", || gateway.open_connections() == 0);
}

#[test]
fn freeing_a_client_closes_its_idle_connection() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "").client();
    client.create().unwrap();
    assert_eq!(gateway.open_connections(), 1);
    drop(client);
    until("the connection is closed", || {
        gateway.open_connections() == 0
    });
}
