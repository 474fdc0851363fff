use super::tests::*;
use super::*;
use crate::gateway::test_peer::{Reply, TestPeer, http};

#[test]
fn a_caller_refreshes_on_its_own_thread_and_falls_back_to_the_token_at_hand() {
    let peer = TestPeer::start([closed("b"), unavailable()]);
    let client = client(&peer, &[("refresh", "caller")]);
    give(&client, "a", STALE);
    let never = client.get_token(CallTimeout::NeverBlock).ok().unwrap();
    assert_eq!(text(&never), "a");
    let token = client.get_token(ALWAYS).ok().unwrap();
    assert_eq!(
        (text(&token), token.refresh_status),
        ("b".to_owned(), Status::MOMO_OK)
    );
    client.fetcher.entry().clear();
    give(&client, "c", STALE);
    let token = client.get_token(ALWAYS).ok().unwrap();
    assert_eq!(text(&token), "c");
    assert_eq!(token.refresh_status, Status::MOMO_SERVER_ERROR);
    assert_eq!(
        (stats(&client).refreshes, stats(&client).failed_refreshes),
        (2, 1)
    );
    assert_eq!(peer.requests().len(), 2);
}

#[test]
fn a_refresh_without_a_lifetime_is_one_that_failed() {
    let body = r#"{"access_token":"b"}"#;
    let peer = TestPeer::start([Reply::Closed(http("200 OK", &[], body))]);
    let client = client(&peer, &[("refresh", "caller")]);
    give(&client, "a", STALE);
    let token = client.get_token(ALWAYS).ok().unwrap();
    assert_eq!(text(&token), "a");
    assert_eq!(token.refresh_status, Status::MOMO_INVALID_RESPONSE);
    assert_eq!(stats(&client).failed_refreshes, 1);
    // A cooldown keeps the next call from asking at once.
    assert_eq!(got(&client), "a");
    assert_eq!(peer.requests().len(), 1);
}

#[test]
fn a_cancelled_request_begins_no_cooldown_and_is_no_failed_refresh() {
    for stale in [false, true] {
        let peer = TestPeer::start([Reply::Silent(Duration::from_millis(400))]);
        let client = client(&peer, &[]);
        if stale {
            give(&client, "a", STALE);
            assert_eq!(got(&client), "a");
        } else {
            drop(failure(client.get_token(CallTimeout::NeverBlock)));
        }
        until(|| has_request(&client));
        std::thread::sleep(Duration::from_millis(50));
        client.cancel();
        until(|| !has_request(&client));
        let counted = stats(&client);
        assert_eq!(counted.cooldown_ms, 0, "{stale}");
        assert_eq!(
            (counted.refreshes, counted.failed_refreshes),
            (0, 0),
            "{stale}"
        );
        assert_eq!(counted.requests, 1, "{stale}");
        assert_eq!(
            failure(client.get_token(ALWAYS)).status,
            Status::MOMO_CANCELLED
        );
        assert_eq!(
            failure(client.create_token(ALWAYS)).status,
            Status::MOMO_CANCELLED
        );
        drop(client);
    }
}

#[test]
fn the_request_ends_with_the_last_handle_that_is_cancelled() {
    let peer = TestPeer::start([Reply::Silent(Duration::from_secs(2))]);
    let original = client(&peer, &[]);
    let clones = [Client::clone_of(&original), Client::clone_of(&original)];
    drop(failure(original.get_token(CallTimeout::NeverBlock)));
    let is_cancelled = || {
        let soon = Deadline::after(Duration::from_secs(1));
        let flight = original_flight(&clones[0], soon);
        flight.is_none_or(|flight| flight.cancellation.is_cancelled())
    };
    // One that was freed is no longer counted, and ends nothing.
    drop(Client::clone_of(&original));
    drop(original);
    assert!(!is_cancelled());
    clones[0].cancel();
    clones[0].cancel();
    assert!(!is_cancelled());
    clones[1].cancel();
    assert!(is_cancelled());
}

fn original_flight(client: &Client, soon: Deadline) -> Option<Arc<crate::cache::Flight>> {
    client.fetcher.entry().single_flight.lead(soon).err()
}
