//! Calls that wait for a token that is not there, in programs in C: a call only waits, and the
//! request is the library's.

use std::sync::{Mutex, PoisonError};

use crate::child::Scratch;
use crate::host::{Link, Mock, compile, number};
use crate::redis_server::RedisServer;

/// Thousands of threads leave no time to those beside them.
static TURN: Mutex<()> = Mutex::new(());

fn run(name: &str, behaviour: &str, cache: &str, arguments: &[&str]) -> (String, Mock) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mock = Mock::start(&[]);
    let program = compile("waiting.c", Link::Shared, name);
    let mut host = mock.host(&program, behaviour);
    let out = host.env("MOMO_CACHE", cache).run(arguments);
    (out, mock)
}

/// Twelve of them had made twelve requests, and never had a token.
#[test]
fn calls_shorter_than_the_response_have_a_token_of_one_request() {
    let scratch = Scratch::new();
    let directory = format!("file:{}", scratch.path("tokens").display());
    let server = RedisServer::start();
    let redis = server.url();
    for cache in ["client", "process", &directory, &redis] {
        for fork in [&[][..], &["fork"]] {
            let arguments = [&["short", "300"], fork].concat();
            let (out, mock) = run("short", "/delay-400", cache, &arguments);
            // Two, and more if the machine is slow.
            assert!(number(&out, "calls") > 1, "{cache} {fork:?}");
            assert_eq!(mock.counts().0, 1, "{cache} {fork:?}");
            // The next one has a gateway, and so an entry, of its own.
        }
    }
}

#[test]
fn threads_with_times_of_their_own_cause_one_request_and_all_are_served() {
    let (_, mock) = run("random", "/delay-400", "client", &["random", "200"]);
    assert_eq!(mock.counts().0, 1);
}

#[test]
fn thousands_of_threads_cause_one_request_and_one_of_them_is_cancelled_alone() {
    let (out, mock) = run("crowd", "/delay-8000", "client", &["crowd", "4000"]);
    println!("{out}");
    assert_eq!(mock.counts().0, 1);
    assert_eq!(number(&out, "waits"), 4000);
    // Before the response.
    assert!(number(&out, "ms to cancel") < 4000, "{out}");
}

#[test]
fn whatever_the_first_caller_does_the_others_have_the_token() {
    for how in ["gives up", "cancelled"] {
        let (_, mock) = run("leaves", "/delay-3000", "process", &["leaves", how]);
        assert_eq!(mock.counts().0, 1, "{how}");
    }
}
