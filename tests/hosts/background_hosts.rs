//! Hosts in C whose library asks in the background: they exit, fork and free at any moment of it,
//! may have no threads, or never block.

use crate::host::{Link, Mock, compile, number};

/// Stale after 2.8 to 3 s, expired after 3.8 s.
const SHORT: &str = "/lifetime-4";

fn run(name: &str, behaviour: &str, arguments: &[&str]) -> (String, Mock) {
    let mock = Mock::start(&[]);
    let program = compile("background.c", Link::Shared, name);
    let mut host = mock.host(&program, behaviour);
    host.env("MOMO_CACHE", "client");
    (host.run(arguments), mock)
}

#[test]
fn a_process_may_exit_at_any_moment_of_a_background_request() {
    run("exits", "", &["exits", "2000"]);
}

#[test]
fn a_child_forked_at_any_moment_of_a_background_request_asks_by_itself() {
    run("forks", "", &["forks", "2000"]);
}

#[test]
fn a_client_may_be_freed_or_cancelled_at_any_moment_of_a_background_request() {
    run("frees", "", &["frees", "2000"]);
}

#[test]
fn where_a_filter_forbids_threads_the_caller_refreshes() {
    run("filtered", SHORT, &["filtered"]);
}

#[test]
fn where_a_limit_forbids_threads_the_caller_refreshes() {
    run("limited", SHORT, &["limited"]);
}

#[test]
fn an_event_loop_that_never_blocks_is_never_without_a_token_after_the_first() {
    let (out, mock) = run("event-loop", "/delay-300/lifetime-8", &["event-loop", "26"]);
    println!("{out}");
    assert_eq!(number(&out, "without one later"), 0);
    // Stale after 5.6 to 6 s, and 0.3 s of a request.
    let refreshes = number(&out, "refreshes");
    assert!((3..=4).contains(&refreshes), "{out}");
    assert_eq!(mock.counts().0, refreshes + 1);
}
