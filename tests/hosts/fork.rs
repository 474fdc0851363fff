//! Forks: parent and child go on, whatever other threads were doing at that moment.

use std::path::Path;

use crate::host::{Link, Mock, compile, number};

fn survives_a_storm(test: &str, arguments: &[&str]) {
    let mock = Mock::start(arguments);
    let host = compile("fork.c", Link::Shared, test);
    let out = mock.host(&host, "").run(&["storm", "2000", "1"]);
    let (requests, connections) = mock.counts();
    assert_eq!(requests, number(&out, "requests"), "no request is lost");
    assert!(connections >= 2000, "each child that asks has its own");
}

#[test]
fn two_thousand_forks_among_busy_threads_do_no_harm() {
    survives_a_storm("tls13", &[]);
}

#[test]
fn two_thousand_forks_among_busy_threads_do_no_harm_with_tls_1_2() {
    survives_a_storm("tls12", &["--tls12"]);
}

#[test]
fn a_fork_at_any_moment_of_a_process_s_first_call_does_no_harm() {
    let mock = Mock::start(&[]);
    let host = compile("fork.c", Link::Shared, "first");
    // On the caller's own thread: that is the one whose allocations are held.
    let mut host = mock.host(&host, "");
    let out = host.env("MOMO_REFRESH", "caller").run(&["first", "1"]);
    assert_eq!(mock.counts().0, number(&out, "requests"));
}

#[test]
fn a_fork_at_any_moment_of_a_process_s_first_client_does_no_harm() {
    let mock = Mock::start(&[]);
    let host = compile("fork.c", Link::Shared, "client");
    let out = mock.host(&host, "").run(&["client", "1"]);
    assert_eq!(mock.counts().0, number(&out, "requests"));
}

#[test]
fn a_fork_while_the_library_is_loaded_waits_for_its_end() {
    let mock = Mock::start(&[]);
    let program = compile("loading.c", Link::Not, "fork");
    let library = crate::artifacts::shared_library();
    let out = mock.host(&program, "").run(&[library.to_str().unwrap()]);
    assert_eq!(mock.counts().0, number(&out, "requests"));
}

#[test]
fn children_that_are_process_1_of_their_own_namespaces_share_no_connection() {
    let mock = Mock::start(&[]);
    let host = compile("children.c", Link::Shared, "namespaces");
    let out = mock.host(&host, "").run(&["namespaces"]);
    let (requests, connections) = mock.counts();
    assert_eq!(requests, number(&out, "requests"));
    assert_eq!(connections, 2, "parent and child have one each");
}

/// Gives how many children found their resolver locked.
fn forks_among_look_ups(case: &str, forks: u64) -> u64 {
    let mock = Mock::start(&[]);
    let program = compile("fork.c", Link::Shared, case);
    let hosts = Path::new(crate::artifacts::TMP).join(format!("hosts-{case}"));
    std::fs::write(&hosts, "127.0.0.1 gateway.test other.test localhost\n").unwrap();
    let mut host = mock.host(&program, "");
    host.env("MOMO_BASE_URL", mock.url("gateway.test"));
    host.with_hosts(&hosts);
    // Bound, not listening: it refuses, and nobody else is given it.
    let refusing = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
    let refusing = refusing.unwrap();
    let address: std::net::SocketAddr = ([127, 0, 0, 1], 0).into();
    refusing.bind(&address.into()).unwrap();
    let port = refusing.local_addr().unwrap().as_socket().unwrap().port();
    let other = format!("https://other.test:{port}");
    let out = host.run(&[case, &forks.to_string(), &other, &mock.url("localhost")]);
    let (requests, late) = (number(&out, "requests"), number(&out, "timed out"));
    assert_eq!(mock.counts().0, requests);
    // The parent, each child by the address that it knows, each fourth by one that it does not.
    assert_eq!(requests + late, 1 + forks + forks / 4);
    late
}

#[test]
fn a_fork_among_look_ups_does_no_harm_where_the_address_is_known() {
    forks_among_look_ups("names", 200);
}

#[test]
fn a_child_whose_resolver_is_locked_ends_on_time() {
    assert_eq!(forks_among_look_ups("locked", 20), 5);
}

#[test]
fn children_that_no_fork_hook_tells_of_have_connections_of_their_own() {
    for version in [&[][..], &["--tls12"]] {
        let mock = Mock::start(version);
        let host = compile("children.c", Link::Shared, "asks");
        let out = mock.host(&host, "").run(&["asks"]);
        let (requests, connections) = mock.counts();
        assert_eq!(requests, number(&out, "requests"), "no request is lost");
        // The parent's one, one of each child; in a tenth of the rounds there are four more.
        assert_eq!(connections, 1 + 150 + 15 * 4);
    }
}

#[test]
fn a_child_that_cancels_or_frees_a_client_leaves_its_parent_s_alone() {
    let mock = Mock::start(&[]);
    let host = compile("children.c", Link::Shared, "ends");
    let out = mock.host(&host, "").run(&["ends"]);
    let (requests, connections) = mock.counts();
    assert_eq!(requests, number(&out, "requests"));
    assert_eq!(connections, 1 + 75, "the parent has kept its own");
}

#[test]
fn a_child_does_not_wait_for_its_parent_s_request() {
    let mock = Mock::start(&[]);
    let host = compile("children.c", Link::Shared, "single_flight");
    let out = mock.host(&host, "/delay-2000").run(&["single_flight"]);
    assert_eq!(mock.counts().0, number(&out, "requests"));
}

#[test]
fn workers_forked_ahead_use_their_parent_s_token_or_ask_once_each() {
    let mock = Mock::start(&[]);
    let program = compile("children.c", Link::Shared, "prefork");
    let host = mock.host(&program, "");
    host.run(&["prefork", "8"]);
    assert_eq!(mock.counts().0, 8);
    host.run(&["prefork", "-8"]);
    assert_eq!(mock.counts().0, 1);
}
