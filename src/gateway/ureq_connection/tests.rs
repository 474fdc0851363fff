#![allow(clippy::unwrap_used, clippy::panic)]

use std::net::TcpListener;

use super::*;
use crate::Deadline;
use crate::gateway::test_peer::token;

#[test]
fn what_comes_before_the_request_is_no_response_on_a_new_connection_either() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let route = Route {
        host: "127.0.0.1".to_owned(),
        port: listener.local_addr().unwrap().port(),
        tls: None,
        option: "base_url",
        proxy: None,
        user_agent: String::new(),
        loopback_only: true,
    };
    let limits = Limits::until(Deadline::after(Duration::from_secs(20)));
    let mut connection = UreqConnection {
        connection: route.open(limits).unwrap(),
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
