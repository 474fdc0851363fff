//! Connections that are kept, and what becomes of them.

use super::request::ANSWER;
use crate::child::wait_for;
use crate::common::*;
use crate::peer::Peer;
use crate::raw;

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

/// As over a route that begins to drop packets.
#[test]
fn a_kept_connection_that_falls_silent_costs_one_attempt() {
    let server = Peer::start(|mut stream| {
        raw::read_head(&mut stream);
        raw::send(&mut stream, ANSWER);
        raw::hold(&mut stream);
    });
    let config = server.config();
    config.set("attempt_timeout", "2s").set("max_attempts", "2");
    let client = config.client();
    client.create().unwrap();
    client.create().unwrap();
    assert_eq!(server.accepted(), 2);
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
    wait_for("end of the connection", || gateway.open_connections() == 0);
}

#[test]
fn freeing_a_client_closes_its_idle_connection() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "").client();
    client.create().unwrap();
    assert_eq!(gateway.open_connections(), 1);
    drop(client);
    wait_for("end of the connection", || gateway.open_connections() == 0);
}
