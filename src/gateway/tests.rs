use super::test_caller::{Caller, access, error};
use super::test_peer::{Reply, http, token};
use super::*;
use Status as S;

const AZURE: &str = r#"{"statusCode":401,"message":"Access denied"}"#;

fn refused() -> Reply {
    Reply::Kept(http("401 Unauthorized", &[], AZURE))
}

fn unavailable(seconds: u32) -> Reply {
    let header = format!("Retry-After: {seconds}");
    Reply::Closed(http("503 Service Unavailable", &[&header], ""))
}

fn forbidden() -> Reply {
    Reply::Closed(http("403 Forbidden", &[], ""))
}

#[test]
fn what_may_fare_better_is_tried_again_as_often_as_is_allowed() {
    for attempts in 1..=3 {
        let mut caller = Caller::of(vec![unavailable(0); attempts]);
        caller.attempts = attempts as u32;
        let error = error(caller.send());
        assert_eq!(error.status, S::MOMO_SERVER_ERROR);
        let progress = format!("attempt {attempts} of {attempts}, ");
        assert!(error.message.contains(&progress), "{}", error.message);
        assert_eq!(caller.requests().len(), attempts);
        let stats = caller.stats.snapshot();
        let attempts = attempts as i64;
        assert_eq!((stats.requests, stats.retries), (attempts, attempts - 1));
    }
    let caller = Caller::of([unavailable(0), Reply::Closed(token("later"))]);
    assert_eq!(access(caller.send()), "later");
    // The last response is what is told.
    for replies in [vec![forbidden()], vec![unavailable(0), forbidden()]] {
        let mut caller = Caller::of(replies.clone());
        assert_eq!(error(caller.send()).status, S::MOMO_FORBIDDEN);
        assert_eq!(caller.requests().len(), replies.len());
    }
}

#[test]
fn the_other_subscription_key_is_tried_once_and_is_no_attempt() {
    let key_of = |request: &String| request.contains("the-secondary-key");
    for first in [0, 1] {
        let mut caller = Caller::of([refused(), Reply::Kept(token("a"))]).once();
        caller.key = first;
        let mut log = CallLog::complete();
        assert_eq!(caller.send_with_log(&mut log).ok().unwrap().key, 1 - first);
        let lines = log.into_lines();
        let mut warnings = lines.iter().map(|line| &line.text);
        let replaced = warnings.any(|text| text.contains("replace subscription_key"));
        assert_eq!(replaced, first == 0, "{lines:?}");
        let keys: Vec<bool> = caller.requests().iter().map(key_of).collect();
        assert_eq!(keys, [first == 1, first == 0]);
    }
    // The one that worked may have been rotated away since.
    let mut caller = Caller::of_peer([refused()], &[("secondary_subscription_key", "")]);
    caller.key = 1;
    let told = error(caller.send());
    assert_eq!(told.status, S::MOMO_SUBSCRIPTION_KEY_REFUSED);
    assert_eq!(caller.requests().len(), 1);
    let mut caller = Caller::of([refused(), refused()]);
    let told = error(caller.send());
    assert_eq!(told.status, S::MOMO_SUBSCRIPTION_KEY_REFUSED);
    let message = told.message;
    assert!(message.contains("sent one after the other: "), "{message}");
    assert_eq!(caller.requests().len(), 2);
}

#[test]
fn a_subscription_key_that_was_removed_on_the_way_is_not_tried_twice() {
    let missing =
        r#"{"statusCode":401,"message":"Access denied due to missing subscription key."}"#;
    let mut caller = Caller::of([Reply::Closed(http("401 X", &[], missing))]);
    let error = error(caller.send());
    assert_eq!(error.status, S::MOMO_SUBSCRIPTION_KEY_REFUSED);
    assert!(error.message.contains("removed"), "{}", error.message);
    assert_eq!(caller.requests().len(), 1);
}

#[test]
fn a_time_out_is_told_unless_a_response_came_before() {
    let long = Duration::from_secs(60);
    let mut caller = Caller::of([Reply::Silent(long)]);
    caller.time = Duration::from_millis(100);
    assert_eq!(error(caller.send()).status, S::MOMO_TIMED_OUT);
    let later = Reply::Closed(token("later"));
    for (replies, expected) in [
        // An attempt's time is not the call's.
        (vec![Reply::Silent(long)], Some(S::MOMO_TIMED_OUT)),
        // The next one may fare better.
        (
            vec![Reply::Silent(Duration::from_millis(2500)), later],
            None,
        ),
        // What was said before says more.
        (
            vec![unavailable(0), Reply::Silent(long)],
            Some(S::MOMO_SERVER_ERROR),
        ),
    ] {
        let attempts = replies.len() as u32;
        let mut caller = Caller::of_peer(replies, &[("attempt_timeout", "2s")]);
        caller.attempts = attempts;
        assert_eq!(caller.send().err().map(|error| error.status), expected);
    }
}

/// By chance one may be shorter than the log tells, and hardly all of them are.
#[test]
fn a_server_that_names_no_time_worth_the_name_is_given_one() {
    let times = (0..4).any(|_| {
        let caller = Caller::of([unavailable(0), Reply::Closed(token("a"))]);
        let mut log = CallLog::complete();
        caller.send_with_log(&mut log).ok().unwrap();
        let lines = log.into_lines();
        let again = lines.iter().find(|line| line.text.contains("trying again"));
        again.unwrap().text != "trying again in 0 ms"
    });
    assert!(times);
}

#[test]
fn a_call_without_time_sends_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let mut caller = Caller::at(listener.local_addr().unwrap().port(), &[]);
    caller.time = Duration::ZERO;
    let failed = error(caller.send());
    assert_eq!(failed.status, S::MOMO_TIMED_OUT);
    assert!(listener.accept().is_err());
}

#[test]
fn a_cancelled_request_says_so() {
    let caller = Caller::of([unavailable(0)]);
    caller.cancellation.cancel();
    let failed = error(caller.send());
    assert_eq!(failed.status, S::MOMO_CANCELLED);
    assert_eq!(caller.stats.snapshot().requests, 1);
}
