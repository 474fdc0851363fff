//! The outcome of a request that is faster than the call that began it.

use socket2::{Domain, Socket, Type};

use super::tests::*;
use super::*;
use crate::cache::{Flight, Plan};

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
    let client = client([endless("a")], &[]);
    let entry = client.fetcher.entry();
    let seen = Arc::clone(&entry.state());
    let flight = begun(&client, Plan::full(&client.fetcher.settings));
    until(|| !has_request(&client));
    assert!(!Arc::ptr_eq(&seen, &entry.state()));
    assert!(!entry.has_other_token(&seen));
    // Whatever has become of the entry since: it may have been cleared.
    for is_as_seen in [true, false] {
        let step = outcome(&flight, || is_as_seen);
        assert!(matches!(step, Step::Token(token) if token.access() == b"a"));
    }
}

/// Whoever waits for a refresh found its token to be good no more.
#[test]
fn those_who_wait_are_told_a_failure_and_after_that_of_a_refresh_they_look_again() {
    let client = client([unavailable(), unavailable()], &[]);
    let refresh = begun(&client, Plan::refresh(Duration::from_secs(60)));
    assert!(matches!(outcome(&refresh, || true), Step::LookAgain));
    let full = begun(&client, Plan::full(&client.fetcher.settings));
    let step = outcome(&full, || true);
    assert!(matches!(step, Step::Failed(failure) if failure.http_status == 503));
    assert_eq!(client.asked(), 2);
}

#[test]
fn while_earlier_requests_hang_a_call_says_so_and_uses_the_token_at_hand() {
    let client = client([], &[]);
    let entry = client.fetcher.entry();
    let mut hanging = Vec::new();
    while let Ok(leader) = entry.single_flight.lead(Deadline::now()) {
        hanging.push(leader);
        until(|| flight(&client).is_none());
    }
    let failed = failure(client.get_token(ALWAYS));
    assert_eq!(failed.status, Status::MOMO_TIMED_OUT);
    assert!(
        failed.message.contains("have not ended"),
        "{}",
        failed.message
    );
    give(&client, "a", STALE);
    assert_eq!(got(&client), "a");
}

/// The request that is begun now, which may be over when this returns.
pub(super) fn begun(client: &Client, plan: Plan) -> Arc<Flight> {
    let entry = client.fetcher.entry();
    let state = Arc::clone(&entry.state());
    let flight = client.call(CallTimeout::NeverBlock, |caller| {
        client.fetcher.begin(&entry, &state, plan, caller)
    });
    flight.ok().unwrap()
}

pub(super) fn outcome(flight: &Flight, is_as_seen: impl FnMut() -> bool) -> Step {
    let soon = Deadline::after(Duration::from_secs(20));
    let step = flight.wait(soon, &Cancellation::default(), is_as_seen);
    step.unwrap()
}
