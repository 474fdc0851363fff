//! Calls that wait for a token that is not there, in programs in C: a call only waits, and the
//! request is the library's.

use std::sync::{Mutex, PoisonError};

use crate::child::Scratch;
use crate::host::{Mock, number};
use crate::redis_server::RedisServer;

/// Thousands of threads leave no time to those beside them.
static TURN: Mutex<()> = Mutex::new(());

/// What a program prints whose calls cause one request.
fn run(behaviour: &str, cache: &str, arguments: &[&str]) -> String {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mock = Mock::start(&[]);
    let mut host = mock.host("waiting.c", behaviour);
    let out = host.env("MOMO_CACHE", cache).run(arguments);
    assert_eq!(mock.counts().0, 1, "{cache} {arguments:?}");
    out
}

/// Twelve of them had made twelve requests, and never had a token.
#[test]
fn calls_shorter_than_the_response_have_a_token_of_one_request() {
    let scratch = Scratch::new();
    let directory = format!("file:{}", scratch.path("tokens").display());
    let server = RedisServer::start();
    for cache in ["client", "process", &directory, &server.url()] {
        for fork in [&[][..], &["fork"]] {
            let out = run("/delay-400", cache, &[&["short", "300"], fork].concat());
            // Two, and more if the machine is slow.
            assert!(number(&out, "calls") > 1, "{cache} {fork:?}");
        }
    }
}

#[test]
fn thousands_of_threads_cause_one_request_and_one_of_them_is_cancelled_alone() {
    let out = run("/delay-8000", "client", &["crowd", "4000"]);
    println!("{out}");
    assert_eq!(number(&out, "waits"), 4000);
    // Before the response.
    assert!(number(&out, "ms to cancel") < 4000, "{out}");
}
