//! Credentials in files that change while a request is under way.

use std::time::Instant;

use super::outcome_tests::{begun, outcome};
use super::tests::*;
use super::*;
use crate::cache::Plan;
use crate::gateway::test_peer::{Reply, TestPeer, http};
use crate::test_directory::TestDirectory;

/// A client whose secondary subscription key is in a file that has just changed.
fn with_changed_file(
    replies: impl IntoIterator<Item = Reply>,
    cache: &str,
) -> (TestClient, TestDirectory) {
    let directory = TestDirectory::new();
    directory.replace("key", "another-key");
    let path = directory.path("key");
    let option = ("secondary_subscription_key_file", path.to_str().unwrap());
    let client = client(replies, &[("cache", cache), option]);
    directory.replace("key", "a-newer-key");
    (client, directory)
}

#[test]
fn a_change_is_waited_for_only_if_what_was_sent_is_refused_and_there_is_time() {
    let half_a_second = CallTimeout::After(Duration::from_millis(500));
    for (status, timeout, expected) in [
        ("503 Service Unavailable", ALWAYS, Status::MOMO_SERVER_ERROR),
        ("401 Unauthorized", half_a_second, Status::MOMO_UNAUTHORIZED),
    ] {
        let reply = Reply::Closed(http(status, &[], ""));
        let (client, _directory) = with_changed_file([reply], "client");
        let failure = failure(client.create_token(timeout));
        assert_eq!(failure.status, expected, "{}", failure.message);
        assert_eq!(client.stats().requests, 1);
    }
}

#[test]
fn a_request_that_is_cancelled_while_it_waits_for_a_change_is_no_failure() {
    let peer = TestPeer::start([silent()]);
    let directory = TestDirectory::new();
    directory.replace("key", "a-key");
    // With a new user it may be half of a change.
    std::thread::sleep(Duration::from_millis(1100));
    directory.replace("user", "f7a0b9c2-5d1e-4a3b-8c6d-0e1f2a3b4c5d");
    let path = |name: &str| directory.path(name).display().to_string();
    let mut config = Config::default();
    for (name, value) in [
        ("base_url", &*format!("http://127.0.0.1:{}", peer.port)),
        ("api_user_file", &path("user")),
        ("api_key_file", &path("key")),
        ("subscription_key", "a-subscription-key"),
        ("cache", "client"),
    ] {
        config.set(name, value).unwrap();
    }
    let client = Client::new(&config).unwrap();
    drop(failure(client.get_token(CallTimeout::NeverBlock)));
    assert!(has_request(&client));
    client.cancel();
    until(|| !has_request(&client));
    assert_eq!(client.stats().cooldown_ms, 0);
}

#[test]
fn those_who_wait_are_given_no_token_of_credentials_that_came_meanwhile() {
    let (client, _directory) = with_changed_file([closed("a")], "process");
    // Until the change has settled.
    std::thread::sleep(Duration::from_millis(1100));
    let flight = begun(&client, Plan::full(&client.fetcher.settings));
    assert!(matches!(outcome(&flight, || true), Step::LookAgain));
    assert_eq!(client.stats().requests, 0);
    assert_eq!(got(&client), "a");
    assert_eq!(client.asked(), 1);
}

#[test]
fn a_wait_ends_with_its_client_however_often_the_credentials_have_changed() {
    for times in 1..=2 {
        let replies = std::iter::repeat_n(closed("a"), times - 1).chain([silent()]);
        let (client, directory) = with_changed_file(replies, "process");
        let change = |number: usize, timeout| {
            directory.replace("key", &format!("key-{number}"));
            // Until the change has settled.
            std::thread::sleep(Duration::from_millis(1100));
            drop(client.create_token(timeout));
        };
        (1..times).for_each(|number| change(number, ALWAYS));
        client.fetcher.entry().clear();
        let ended = std::thread::scope(|scope| {
            let call = scope.spawn(|| failure(client.get_token(ALWAYS)).status);
            until(|| client.cancellation.waits_in(0));
            change(times, CallTimeout::After(Duration::from_millis(100)));
            let cancelled = Instant::now();
            client.cancel();
            assert_eq!(call.join().unwrap(), Status::MOMO_CANCELLED);
            cancelled.elapsed()
        });
        // A wait that is not woken looks each second.
        assert!(ended < Duration::from_millis(600), "{times} {ended:?}");
    }
}
