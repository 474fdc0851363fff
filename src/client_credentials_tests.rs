//! Credentials in files that change while a request is under way.

use super::outcome_tests::{begun, outcome};
use super::tests::*;
use super::*;
use crate::fetch::Plan;
use crate::gateway::test_peer::{Reply, TestPeer, http};
use crate::test_directory::TestDirectory;

#[test]
fn a_change_is_waited_for_only_if_what_was_sent_is_refused_and_there_is_time() {
    let half_a_second = CallTimeout::After(Duration::from_millis(500));
    for (status, timeout, expected) in [
        ("503 Service Unavailable", ALWAYS, Status::MOMO_SERVER_ERROR),
        ("401 Unauthorized", half_a_second, Status::MOMO_UNAUTHORIZED),
    ] {
        let peer = TestPeer::start([Reply::Closed(http(status, &[], ""))]);
        let directory = TestDirectory::new();
        directory.replace("key", "another-key");
        let path = directory.path("key");
        let option = ("secondary_subscription_key_file", path.to_str().unwrap());
        let client = client(&peer, &[option]);
        directory.replace("key", "a-newer-key");
        let failure = failure(client.create_token(timeout));
        assert_eq!(failure.status, expected, "{}", failure.message);
        assert_eq!(stats(&client).requests, 1);
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
    let mut config = Config::default();
    for (name, value) in [
        ("base_url", format!("http://127.0.0.1:{}", peer.port)),
        (
            "api_user_file",
            directory.path("user").display().to_string(),
        ),
        ("api_key_file", directory.path("key").display().to_string()),
        ("subscription_key", "a-subscription-key".to_owned()),
        ("cache", "client".to_owned()),
    ] {
        config.set(name, &value).unwrap();
    }
    let client = Client::new(&config).unwrap();
    drop(failure(client.get_token(CallTimeout::NeverBlock)));
    assert!(has_request(&client));
    client.cancel();
    until(|| !has_request(&client));
    assert_eq!(stats(&client).cooldown_ms, 0);
}

#[test]
fn those_who_wait_are_given_no_token_of_credentials_that_came_meanwhile() {
    let peer = TestPeer::start([closed("a")]);
    let directory = TestDirectory::new();
    directory.replace("key", "another-key");
    let path = directory.path("key");
    let option = ("secondary_subscription_key_file", path.to_str().unwrap());
    let client = client(&peer, &[("cache", "process"), option]);
    directory.replace("key", "a-newer-key");
    // Until the change has settled.
    std::thread::sleep(Duration::from_millis(1100));
    let flight = begun(&client, Plan::full(&client.fetcher.settings));
    assert!(matches!(outcome(&flight, || true), Step::LookAgain));
    assert_eq!(stats(&client).requests, 0);
    assert_eq!(got(&client), "a");
    assert_eq!(peer.requests().len(), 1);
}
