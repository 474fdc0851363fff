#![allow(clippy::unwrap_used, clippy::panic)]

use std::net::TcpListener;
use std::time::Duration;

use momo_mock_gateway::Gateway;

use super::*;
use crate::gateway::test_caller::{Caller, KEPT};
use crate::gateway::test_peer::token;

fn caller(gateway: &Gateway) -> Caller {
    let credentials = gateway.credentials();
    Caller::with(&[
        ("base_url", &gateway.base_url()),
        ("ca", gateway.ca_path().to_str().unwrap()),
        ("api_user", &credentials.api_user),
        ("api_key", &credentials.api_key),
        ("subscription_key", &credentials.subscription_keys[0]),
    ])
}

#[test]
fn a_kept_connection_serves_the_next_call() {
    let gateway = Gateway::start().unwrap();
    let caller = caller(&gateway);
    for _ in 0..3 {
        assert!(caller.send().is_ok());
    }
    assert_eq!(gateway.connection_count(), 1);
}

/// That these are more than are replaced shows that none of them is tried.
#[test]
fn kept_connections_that_were_closed_meanwhile_are_not_used() {
    let gateway = Gateway::start().unwrap();
    let mut caller = caller(&gateway);
    caller.attempts = 1;
    // So that each of the calls has a connection of its own.
    gateway.set_delay(Duration::from_secs(2));
    std::thread::scope(|scope| {
        let asking: [_; KEPT] = std::array::from_fn(|_| scope.spawn(|| caller.send().is_ok()));
        assert!(asking.into_iter().all(|caller| caller.join().unwrap()));
    });
    assert_eq!(gateway.open_connections(), KEPT as u64);
    gateway.set_delay(Duration::ZERO);
    gateway.close_connections();
    while gateway.open_connections() > 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(caller.send().is_ok());
}

#[test]
fn what_comes_before_the_request_is_no_response_on_a_new_connection_either() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let route = Route {
        host: "127.0.0.1".to_owned(),
        port: listener.local_addr().unwrap().port(),
        tls: None,
        option: "base_url",
        proxy: None,
        loopback_only: true,
    };
    let limits = Limits::until(Deadline::after(Duration::from_secs(20)));
    let mut connection = UreqConnection {
        connection: <dyn Connection>::open(&route, limits).unwrap(),
        buffers: ExchangeBuffers::new(4),
        framing: Framing::default(),
        is_kept: false,
    };
    let mut peer = listener.accept().unwrap().0;
    peer.write_all(token("early").as_bytes()).unwrap();
    while !connection.connection.has_spoken() {
        std::thread::yield_now();
    }
    connection.buffers.output();
    let error = connection.send(4);
    let error = error.unwrap_err().to_string();
    assert!(error.contains("before the request was sent"), "{error}");
    drop(connection);
    assert_ne!(peer.read(&mut [0]).ok(), Some(1));
}
