use std::cell::Cell;
use std::ops::Deref;
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use super::*;
use crate::cache::Flight;
use crate::gateway::test_peer::{Reply, TestPeer, http, token};
use crate::log::Logger;
use crate::test_settings::config_with;
use crate::{Level, Line, Token};

pub(super) const ALWAYS: CallTimeout = CallTimeout::After(Duration::from_secs(20));
const SHORT: CallTimeout = CallTimeout::After(Duration::from_millis(500));

pub(super) struct TestClient {
    client: Client,
    peer: TestPeer,
}

impl TestClient {
    /// How many requests there were. Waits for the last.
    pub(super) fn asked(self) -> usize {
        self.peer.requests().len()
    }
}

impl Deref for TestClient {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

pub(super) fn config(port: u16, options: &[(&str, &str)]) -> Config {
    let base_url = format!("http://127.0.0.1:{port}");
    let common = [
        ("base_url", &*base_url),
        ("max_attempts", "1"),
        ("cache", "client"),
    ];
    config_with(&[&common, options].concat())
}

/// A client whose gateway replies like this.
pub(super) fn client(
    replies: impl IntoIterator<Item = Reply>,
    options: &[(&str, &str)],
) -> TestClient {
    let peer = TestPeer::start(replies);
    let client = Client::new(&config(peer.port, options)).unwrap();
    TestClient { client, peer }
}

/// With the lines that the host's logger is given.
pub(super) fn logging(replies: impl IntoIterator<Item = Reply>) -> (TestClient, Receiver<String>) {
    let peer = TestPeer::start(replies);
    let mut config = config(peer.port, &[]);
    let (sender, lines) = channel();
    let sink = move |line: &Line| drop(sender.send(line.text.clone()));
    config.logger = Some(Logger::new(Level::INFORMATION, sink));
    let client = Client::new(&config).unwrap();
    told(&lines);
    (TestClient { client, peer }, lines)
}

pub(super) fn told(lines: &Receiver<String>) -> String {
    lines.try_iter().collect::<Vec<_>>().join("\n")
}

pub(super) fn text(token: &TokenForCaller) -> String {
    String::from_utf8(token.token.access().to_vec()).unwrap()
}

pub(super) fn got(client: &Client) -> String {
    text(&client.get_token(ALWAYS).ok().unwrap())
}

pub(super) fn failure(outcome: Result<TokenForCaller, Failure>) -> Failure {
    outcome.err().unwrap()
}

/// Gives the entry a token of 1,000 s with so many seconds left.
pub(super) fn give(client: &Client, name: &str, left: u64) {
    // The machine may be up for less than that: then the wall clock tells that the token is so old.
    let issued = Now::read().earlier(Duration::from_secs(1000 - left));
    let token = Token::new(name, "", Some(Duration::from_secs(1000)), issued);
    let entry = client.fetcher.entry();
    let (token, now) = (Arc::new(token), Now::read());
    let stored = entry.change(|state| state.succeeded(&token, 0, true, now));
    stored.unwrap();
}

/// Stale: the margin is a quarter of the lifetime and more.
pub(super) const STALE: u64 = 100;

pub(super) fn until(is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(20), "it never was");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The request under way.
pub(super) fn flight(client: &Client) -> Option<Arc<Flight>> {
    let soon = Deadline::after(Duration::from_secs(1));
    client
        .fetcher
        .entry()
        .single_flight
        .lead(soon)
        .err()
        .flatten()
}

pub(super) fn has_request(client: &Client) -> bool {
    flight(client).is_some()
}

pub(super) fn closed(name: &str) -> Reply {
    Reply::Closed(token(name))
}

/// A token without a lifetime, so that no later call can have it.
pub(super) fn endless(name: &str) -> Reply {
    let body = format!(r#"{{"access_token":"{name}"}}"#);
    Reply::Closed(http("200 OK", &[], &body))
}

/// For a minute, so that the cooldown is not over before a slow test has looked.
pub(super) fn unavailable() -> Reply {
    Reply::Closed(http("503 Service Unavailable", &["Retry-After: 60"], ""))
}

/// Nothing, until the client has had enough.
pub(super) fn silent() -> Reply {
    Reply::Silent(Duration::from_secs(60))
}

#[test]
fn a_fresh_token_is_one_request_and_a_copy_says_when_a_refresh_is_due() {
    let client = client([closed("a")], &[]);
    assert!(client.fresh_token().is_none());
    let waited = client.get_token(ALWAYS).ok().unwrap();
    for token in [waited, client.fresh_token().unwrap()] {
        assert_eq!(text(&token), "a");
        assert_eq!(token.refresh_status, Status::MOMO_OK);
        let refresh_in = token.refresh_in.unwrap().as_secs();
        assert!((2870..=3000).contains(&refresh_in), "{refresh_in}");
    }
    assert_eq!(client.stats().waits, 1);
    assert_eq!(client.asked(), 1);
}

#[test]
fn a_created_token_is_always_new_and_becomes_the_current_one() {
    let client = client([Reply::Kept(token("a")), Reply::Kept(token("b"))], &[]);
    let never = client.create_token(CallTimeout::NeverBlock);
    assert_eq!(failure(never).status, Status::MOMO_WOULD_BLOCK);
    for name in ["a", "b"] {
        let token = client.create_token(ALWAYS).ok().unwrap();
        assert_eq!(text(&token), name);
        assert_eq!(got(&client), name);
    }
    assert_eq!(client.stats().waits, 0);
    assert_eq!(client.asked(), 2);
}

#[test]
fn without_a_cache_each_call_asks_and_no_refresh_is_due() {
    let tokens = ["a", "b"].map(|name| Reply::Kept(token(name)));
    let client = client(
        tokens.into_iter().chain([unavailable(), unavailable()]),
        &[("cache", "none")],
    );
    for name in ["a", "b"] {
        let token = client.get_token(ALWAYS).ok().unwrap();
        assert_eq!((text(&token), token.refresh_in), (name.to_owned(), None));
    }
    let never = client.get_token(CallTimeout::NeverBlock);
    assert_eq!(failure(never).status, Status::MOMO_WOULD_BLOCK);
    // No cooldown either: each failure is its own.
    for _ in 0..2 {
        let failure = failure(client.get_token(ALWAYS));
        assert_eq!(failure.status, Status::MOMO_SERVER_ERROR);
    }
    assert_eq!(client.asked(), 4);
}

#[test]
fn a_call_that_never_blocks_has_a_request_begun_and_takes_its_token_later() {
    let client = client([closed("a")], &[]);
    let first = failure(client.get_token(CallTimeout::NeverBlock));
    assert_eq!(first.status, Status::MOMO_WOULD_BLOCK);
    assert_eq!(first.retry_after_ms, 5);
    assert_eq!(client.stats().waits, 0);
    let looks = Cell::new(0);
    until(|| {
        looks.set(looks.get() + 1);
        client.get_token(CallTimeout::NeverBlock).is_ok()
    });
    // To look again in vain is to wait, once, however often.
    until(|| client.stats().waits == i64::from(looks.get() > 1));
    assert_eq!(client.asked(), 1);
}

#[test]
fn nobody_is_told_to_look_again_for_a_token_without_a_lifetime() {
    let client = client([endless("a"), endless("a")], &[]);
    assert_eq!(got(&client), "a");
    let look = failure(client.get_token(CallTimeout::NeverBlock));
    assert_eq!(look.status, Status::MOMO_WOULD_BLOCK);
    assert_eq!(look.retry_after_ms, -1);
    assert_eq!(client.asked(), 2);
}

#[test]
fn a_call_whose_time_is_up_says_what_goes_on_and_the_next_has_the_token() {
    let late = format!("HTTP/1.1 103 Early Hints\r\n\r\n{}", token("a"));
    let client = client(
        [Reply::Silent(Duration::from_secs(4)), Reply::Closed(late)],
        &[("max_attempts", "2")],
    );
    let error = failure(client.get_token(SHORT));
    assert_eq!(error.status, Status::MOMO_TIMED_OUT);
    for words in [
        "waiting for the response: ",
        "the request goes on",
        "[host 127.0.0.1:",
        "attempt 1, ",
    ] {
        assert!(error.message.contains(words), "{}", error.message);
    }
    assert!(has_request(&client));
    drop(failure(client.get_token(SHORT)));
    assert_eq!(client.stats().waits, 2);
    assert!(client.stats().longest_wait_ms > 0);
    // A connection that ended without a response is tried again.
    assert_eq!(got(&client), "a");
    assert_eq!(client.asked(), 2);
}

/// Each request is over at once, often before the call that began it could wait.
#[test]
fn a_failure_is_told_to_all_and_holds_for_its_cooldown() {
    let client = client([unavailable()], &[]);
    let first = failure(client.get_token(ALWAYS));
    assert_eq!(first.status, Status::MOMO_SERVER_ERROR);
    let next = failure(client.get_token(ALWAYS));
    assert_eq!(next.status, Status::MOMO_SERVER_ERROR);
    let left = next.retry_after_ms;
    let told = format!(" (not asked again yet: the next attempt is in {left} ms)");
    assert!(left > 0 && next.message == first.message.clone() + &told);
    // A program that looks again and again is told what the request ended with.
    let look = failure(client.get_token(CallTimeout::NeverBlock));
    assert!(look.retry_after_ms > 0 && look.message == first.message);
    let waited = failure(client.call(ALWAYS, |caller| {
        caller.waiting_since = Some(Instant::now());
        client.current_token(caller)
    }));
    assert_eq!(waited, first);
    assert!(client.stats().cooldown_ms > 0);
    assert_eq!(client.asked(), 1);
}
