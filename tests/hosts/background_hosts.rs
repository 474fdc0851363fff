//! Hosts in C whose library asks in the background: they exit, fork and free at any moment of it, or
//! may have no threads.

use crate::host::Mock;

fn run(behaviour: &str, cache: &str, arguments: &[&str]) {
    let mock = Mock::start(&[]);
    let mut host = mock.host("background.c", behaviour);
    host.env("MOMO_CACHE", cache).run(arguments);
}

#[test]
fn a_process_may_exit_at_any_moment_of_a_request() {
    run("", "client", &["exits", "2000"]);
}

#[test]
fn a_child_forked_at_any_moment_of_a_background_request_asks_by_itself() {
    run("", "client", &["forks", "2000"]);
}

#[test]
fn a_client_may_be_freed_or_cancelled_at_any_moment_of_a_background_request() {
    run("", "client", &["frees", "2000"]);
}

#[test]
fn where_a_limit_forbids_threads_the_caller_refreshes() {
    run("/lifetime-200/age-155", "process", &["limited"]);
}
