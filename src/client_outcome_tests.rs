//! The outcome of a request that is faster than the call that began it.

use socket2::{Domain, Socket, Type};

use super::tests::*;
use super::*;
use crate::gateway::test_peer::{Reply, TestPeer, http};

#[test]
fn a_call_gets_the_failure_of_the_request_that_it_began_however_fast_that_is() {
    // Nothing listens there, and nobody else can.
    let bound = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let any: std::net::SocketAddr = ([127, 0, 0, 1], 0).into();
    bound.bind(&any.into()).unwrap();
    let port = bound.local_addr().unwrap().as_socket().unwrap().port();
    for _ in 0..300 {
        let client = Client::new(&config(port, &[])).unwrap();
        let first = client.get_token(ALWAYS).err().unwrap();
        assert_eq!(first.retry_after_ms, -1, "{}", first.message);
    }
}

#[test]
fn a_request_that_is_over_before_its_call_waits_has_an_outcome_for_that() {
    // Without a lifetime, so that no later call can have it.
    let peer = TestPeer::start([Reply::Closed(http(
        "200 OK",
        &[],
        r#"{"access_token":"a"}"#,
    ))]);
    let client = client(&peer, &[]);
    let entry = client.fetcher.entry();
    let seen = Arc::clone(&entry.state());
    drop(client.get_token(CallTimeout::NeverBlock));
    let flight = entry
        .single_flight
        .lead(Deadline::after(Duration::ZERO))
        .err()
        .unwrap();
    until(|| !has_request(&client));
    assert!(!Arc::ptr_eq(&seen, &entry.state()));
    let is_as_seen = || !entry.has_other_token(&seen);
    let soon = Deadline::after(Duration::from_secs(20));
    let step = flight.wait(soon, &Cancellation::new(), is_as_seen);
    assert!(matches!(step, Some(Step::Token(token)) if token.access() == b"a"));
}
