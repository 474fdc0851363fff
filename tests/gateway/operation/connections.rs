//! Connections that are kept, and what becomes of them.

use crate::child::wait_for;
use crate::common::*;

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
