//! Credentials in files that change while a request is under way.

use super::tests::*;
use super::*;
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
