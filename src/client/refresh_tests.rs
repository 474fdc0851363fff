use std::time::Instant;

use super::tests::*;
use super::*;
use crate::cache::Plan;
use crate::gateway::test_peer::{Reply, http};
use crate::{Level, Line, Phase, Token};

/// The token at hand is over, and nothing else has changed.
fn expire(client: &Client) {
    let entry = client.fetcher.entry();
    let hour = Duration::from_secs(3600);
    let access = String::from_utf8(entry.state().token.as_ref().unwrap().access().to_vec());
    let over = Token::new(&access.unwrap(), "", Some(hour), Now::read().earlier(hour));
    let over = Arc::new(over);
    entry.change(|state| state.token = Some(Arc::clone(&over)));
}

/// What a call gets, and how the last refresh ended.
#[track_caller]
fn assert_got(client: &Client, name: &str, refresh_status: Status) {
    let token = client.get_token(ALWAYS).ok().unwrap();
    assert_eq!(text(&token), name);
    assert_eq!(token.refresh_status, refresh_status);
}

#[test]
fn refresh_margin_is_each_client_s_own_and_at_most_a_quarter_of_the_lifetime() {
    for (margin, expected) in [("1m", 608..=640), ("0s", 670..=690), ("1h", 380..=450)] {
        let client = client([], &[("refresh_margin", margin)]);
        give(&client, "a", 700);
        let refresh_in = client.get_token(ALWAYS).ok().unwrap().refresh_in.unwrap();
        assert!(expected.contains(&refresh_in.as_secs()), "{refresh_in:?}");
    }
}

#[test]
fn a_caller_that_makes_requests_itself_begins_none_if_it_must_not_block() {
    let client = client([closed("a")], &[("refresh", "caller")]);
    let never = client.get_token(CallTimeout::NeverBlock);
    assert_eq!(failure(never).status, Status::MOMO_WOULD_BLOCK);
    assert!(!has_request(&client));
    assert_eq!(got(&client), "a");
    // Its own request is nobody's to wait for.
    assert_eq!(client.stats().waits, 0);
}

#[test]
fn an_outage_fails_calls_once_the_token_has_expired_and_until_a_token_was_created() {
    let client = client([unavailable(), unavailable(), closed("b")], &[]);
    give(&client, "a", STALE);
    assert_eq!(got(&client), "a");
    until(|| client.stats().failed_refreshes == 1);
    assert_got(&client, "a", Status::MOMO_SERVER_ERROR);
    expire(&client);
    let held_back = || {
        let failure = failure(client.get_token(ALWAYS));
        assert_eq!(failure.status, Status::MOMO_SERVER_ERROR);
        failure.retry_after_ms
    };
    let left = held_back();
    // It asks, and its failure leaves the cooldown as it is.
    let created = failure(client.create_token(ALWAYS));
    assert_eq!(created.status, Status::MOMO_SERVER_ERROR);
    assert!((1..=left).contains(&held_back()));
    assert_eq!(text(&client.create_token(ALWAYS).ok().unwrap()), "b");
    assert_got(&client, "b", Status::MOMO_OK);
    assert_eq!(client.asked(), 3);
}

#[test]
fn a_refresh_by_a_caller_in_a_hurry_fails_no_call_with_more_time() {
    let client = client(
        [Reply::Silent(Duration::from_secs(2)), closed("b")],
        &[("refresh", "caller")],
    );
    give(&client, "a", STALE);
    let second = CallTimeout::After(Duration::from_secs(1));
    let token = client.get_token(second).ok().unwrap();
    assert_eq!(text(&token), "a");
    assert_eq!(token.refresh_status, Status::MOMO_TIMED_OUT);
    expire(&client);
    assert_eq!(got(&client), "b");
    assert_eq!(client.asked(), 2);
}

#[test]
fn a_caller_refreshes_on_its_own_thread_and_falls_back_to_the_token_at_hand() {
    let client = client([closed("b"), unavailable()], &[("refresh", "caller")]);
    give(&client, "a", STALE);
    let never = client.get_token(CallTimeout::NeverBlock).ok().unwrap();
    assert_eq!(text(&never), "a");
    assert_got(&client, "b", Status::MOMO_OK);
    client.fetcher.entry().clear();
    give(&client, "c", STALE);
    assert_got(&client, "c", Status::MOMO_SERVER_ERROR);
    let stats = client.stats();
    assert_eq!((stats.refreshes, stats.failed_refreshes), (2, 1));
    assert_eq!(client.asked(), 2);
}

#[test]
fn a_token_that_arrives_stale_is_refreshed_within_half_of_what_is_left_of_it() {
    // Of 4 s one is too late to use it.
    let body = r#"{"access_token":"a","expires_in":20}"#;
    let kept_on_the_way = Reply::Closed(http("200 OK", &["Age: 16"], body));
    let client = client([kept_on_the_way], &[]);
    assert_got(&client, "a", Status::MOMO_INVALID_RESPONSE);
    let cooldown = client.stats().cooldown_ms;
    assert!((1..=1500).contains(&cooldown), "{cooldown}");
}

#[test]
fn a_refresh_without_a_lifetime_is_one_that_failed() {
    let client = client([endless("b")], &[("refresh", "caller")]);
    give(&client, "a", STALE);
    assert_got(&client, "a", Status::MOMO_INVALID_RESPONSE);
    assert_eq!(client.stats().failed_refreshes, 1);
    assert_eq!(client.asked(), 1);
}

#[test]
fn a_token_that_comes_again_without_a_lifetime_is_given_to_nobody() {
    let client = client([closed("a"), endless("a")], &[]);
    assert_eq!(got(&client), "a");
    expire(&client);
    let error = failure(client.get_token(ALWAYS));
    assert_eq!(error.status, Status::MOMO_INVALID_RESPONSE);
    let message = error.message;
    assert!(message.contains("without a lifetime"), "{message}");
    assert_eq!(client.asked(), 2);
}

#[test]
fn a_cancelled_request_begins_no_cooldown_and_is_no_failed_refresh() {
    for stale in [false, true] {
        let client = client([silent()], &[]);
        if stale {
            give(&client, "a", STALE);
            assert_eq!(got(&client), "a");
        } else {
            drop(failure(client.get_token(CallTimeout::NeverBlock)));
        }
        let flight = flight(&client).unwrap();
        until(|| flight.progress.phase() == Phase::Wait);
        client.cancel();
        until(|| !has_request(&client));
        let counted = client.stats();
        assert_eq!(counted.cooldown_ms, 0, "{stale}");
        let refreshes = counted.refreshes + counted.failed_refreshes;
        assert_eq!((refreshes, counted.requests), (0, 1), "{stale}");
        for outcome in [client.get_token(ALWAYS), client.create_token(ALWAYS)] {
            assert_eq!(failure(outcome).status, Status::MOMO_CANCELLED);
        }
    }
}

#[test]
fn a_client_that_is_cancelled_meanwhile_begins_no_request() {
    let client = client([], &[]);
    let entry = client.fetcher.entry();
    let (state, plan) = (
        Arc::clone(&entry.state()),
        Plan::full(&client.fetcher.settings),
    );
    client.cancel();
    let begun = client.call(ALWAYS, |caller| {
        client.fetcher.begin(&entry, &state, plan, caller)
    });
    assert!(matches!(begun, Err(Step::LookAgain)) && !has_request(&client));
}

#[test]
fn what_a_request_had_to_say_is_told_by_the_call_that_waited_and_by_a_fresh_one() {
    let (client, lines) = logging([closed("a"), closed("b"), unavailable()]);
    let refresh = |number| {
        client.fetcher.entry().clear();
        give(&client, "old", STALE);
        assert_eq!(got(&client), "old");
        until(|| client.stats().refreshes == number && !has_request(&client));
    };
    got(&client);
    assert!(told(&lines).contains("issued a token"));
    give(&client, "old", STALE);
    // Of two tokens the one whose request started later stays: `old` is older.
    assert_eq!(got(&client), "a");
    refresh(1);
    assert_eq!(got(&client), "b");
    // It is fresh.
    assert!(!has_request(&client) && client.stats().refreshes == 1);
    assert!(told(&lines).contains("issued a token"));
    refresh(2);
    let token = client.get_token(ALWAYS).ok().unwrap();
    assert_eq!(token.refresh_status, Status::MOMO_SERVER_ERROR);
    assert_eq!(token.refresh_in, Some(Duration::ZERO));
    let failed = told(&lines);
    assert!(failed.contains("the refresh failed"), "{failed}");
    assert!(client.stats().failed_refreshes == 1 && failed.contains("HTTP 503"));
    got(&client);
    assert_eq!(told(&lines), "");
    assert_eq!(client.asked(), 3);
}

#[test]
fn a_fresh_token_is_at_hand_unless_there_is_something_to_log_or_the_client_is_cancelled() {
    let (client, lines) = logging([]);
    give(&client, "a", 900);
    assert!(client.fresh_token().is_some());
    let line = Line::new(Level::INFORMATION, "a line".to_owned());
    client.fetcher.entry().pending_log.add(vec![line]);
    assert!(client.fresh_token().is_none());
    assert_eq!(got(&client), "a");
    assert_eq!(told(&lines), "a line");
    assert!(client.fresh_token().is_some());
    let clone = Client::clone_of(&client);
    clone.cancel();
    assert!(clone.fresh_token().is_none());
    let cancelled = failure(clone.get_token(ALWAYS));
    assert_eq!(cancelled.status, Status::MOMO_CANCELLED);
    assert_eq!(got(&client), "a");
}

#[test]
fn a_cancelled_clone_s_call_ends_at_once_and_the_request_goes_on() {
    let original = client([silent()], &[]);
    let clone = Client::clone_of(&original);
    let ended = std::thread::scope(|scope| {
        let call = scope.spawn(|| failure(clone.get_token(ALWAYS)).status);
        until(|| clone.cancellation.waits_in(0));
        // By now it is asleep, too, and has to be woken.
        std::thread::sleep(Duration::from_millis(50));
        let cancelled = Instant::now();
        clone.cancel();
        assert_eq!(call.join().unwrap(), Status::MOMO_CANCELLED);
        cancelled.elapsed()
    });
    // A wait that is not woken looks each second.
    assert!(ended < Duration::from_millis(600), "{ended:?}");
    // With the client every clone is cancelled, and nobody is left to wait.
    let (request, _other) = (flight(&original).unwrap(), Client::clone_of(&original));
    assert!(!request.cancellation.is_cancelled());
    original.cancel();
    assert!(request.cancellation.is_cancelled());
}

#[test]
fn a_call_that_wakes_up_to_a_token_that_is_good_no_more_asks_for_another() {
    let hour = Duration::from_secs(3600);
    // It has ended, ends in a moment, or was refused meanwhile.
    for age in [hour, hour - Duration::from_secs(5), Duration::ZERO] {
        let client = client([closed("b")], &[]);
        let token = Token::new("a", "", Some(hour), Now::read().earlier(age));
        if age.is_zero() {
            client.invalidate_token("a");
        }
        let later = Deadline::after(Duration::from_secs(20));
        let leader = client.fetcher.entry().single_flight.lead(later);
        std::thread::scope(|scope| {
            let call = scope.spawn(|| got(&client));
            until(|| client.cancellation.waits_in(0));
            leader.ok().unwrap().finish(Step::Token(Arc::new(token)));
            assert_eq!(call.join().unwrap(), "b");
        });
        assert_eq!(client.asked(), 1);
    }
}
