//! Forks: parent and child go on, whatever other threads were doing at that moment.

use std::path::Path;

use crate::artifacts::{TMP, shared_library};
use crate::child::in_own_mounts;
use crate::host::{Link, Mock, number};

/// TLS 1.3 and 1.2, each with a gateway of its own.
fn with_both_versions(test: impl Fn(&Mock)) {
    for version in [&[][..], &["--tls12"]] {
        test(&Mock::start(version));
    }
}

#[test]
fn two_thousand_forks_among_busy_threads_do_no_harm() {
    with_both_versions(|mock| {
        let storm = mock.host("fork.c", "");
        let (_, connections) = mock.run(&storm, &["storm", "2000", "1"]);
        assert!(connections >= 2000, "each child that asks has its own");
    });
}

#[test]
fn a_fork_at_any_moment_of_a_process_s_first_call_or_first_client_does_no_harm() {
    for case in ["first", "client"] {
        let mock = Mock::start(&[]);
        let mut host = mock.host("fork.c", "");
        // On the caller's own thread: that is the one whose allocations are held.
        host.env("MOMO_REFRESH", "caller");
        mock.run(&host, &[case, "1"]);
    }
}

#[test]
fn a_fork_while_the_library_is_loaded_waits_for_its_end() {
    let mock = Mock::start(&[]);
    let host = mock.host_with("loading.c", Link::Not, "");
    mock.run(&host, &["fork", shared_library().to_str().unwrap()]);
}

#[test]
fn children_that_are_process_1_of_their_own_namespaces_share_no_connection() {
    let mock = Mock::start(&[]);
    let (_, connections) = mock.run(&mock.host("children.c", ""), &["namespaces"]);
    assert_eq!(connections, 2, "parent and child have one each");
}

#[test]
fn a_child_whose_resolver_is_locked_uses_the_address_it_knows_and_ends_on_time_without_one() {
    const FORKS: u64 = 20;
    let mock = Mock::start(&[]);
    let hosts = Path::new(TMP).join("hosts-locked");
    std::fs::write(&hosts, "127.0.0.1 gateway.test other.test localhost\n").unwrap();
    let mut host = mock.host("fork.c", "");
    host.env("MOMO_BASE_URL", mock.url("gateway.test"));
    let mount = format!("mount --bind {} /etc/hosts", hosts.display());
    host.under(in_own_mounts(&mount));
    // Bound, not listening: it refuses, and nobody else is given it.
    let refusing = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
    let refusing = refusing.unwrap();
    let address: std::net::SocketAddr = ([127, 0, 0, 1], 0).into();
    refusing.bind(&address.into()).unwrap();
    let port = refusing.local_addr().unwrap().as_socket().unwrap().port();
    let other = format!("https://other.test:{port}");
    let words = ["locked", &FORKS.to_string(), &other, &mock.url("localhost")];
    let (out, _) = mock.run(&host, &words);
    // The parent, each child by the address that it knows, each fourth by one that it does not.
    assert_eq!(number(&out, "requests"), 1 + FORKS);
    assert_eq!(number(&out, "timed out"), FORKS / 4);
}

#[test]
fn children_that_no_fork_hook_tells_of_have_connections_of_their_own() {
    with_both_versions(|mock| {
        let (_, connections) = mock.run(&mock.host("children.c", ""), &["asks"]);
        // The parent's one, one of each child; in a tenth of the rounds there are four more.
        assert_eq!(connections, 1 + 150 + 15 * 4);
    });
}

#[test]
fn a_child_that_cancels_or_frees_a_client_leaves_its_parent_s_alone() {
    let mock = Mock::start(&[]);
    let (_, connections) = mock.run(&mock.host("children.c", ""), &["ends"]);
    assert_eq!(connections, 1 + 75, "the parent has kept its own");
}

#[test]
fn a_child_does_not_wait_for_its_parent_s_request() {
    let mock = Mock::start(&[]);
    let host = mock.host("children.c", "/delay-2000");
    mock.run(&host, &["single_flight"]);
}
