use super::test_caller::{Caller, error};
use super::test_peer::{Reply, TestPeer, http, token};
use super::*;
use Status as S;

const AZURE: &str = r#"{"statusCode":401,"message":"Access denied"}"#;

fn refused() -> Reply {
    Reply::Kept(http("401 Unauthorized", &[], AZURE))
}

fn unavailable() -> Reply {
    Reply::Closed(http("503 Service Unavailable", &["Retry-After: 0"], ""))
}

#[test]
fn what_may_fare_better_is_tried_again_as_often_as_is_allowed() {
    for (attempts, replies) in [(1, 1), (2, 2), (3, 3)] {
        let peer = TestPeer::start(vec![unavailable(); replies]);
        let mut caller = Caller::of(peer.port);
        caller.attempts = attempts;
        let error = error(caller.send());
        assert_eq!(error.status, S::MOMO_SERVER_ERROR);
        let progress = format!("attempt {attempts} of {attempts}, ");
        assert!(error.message.contains(&progress), "{}", error.message);
        assert_eq!(peer.requests().len(), replies);
        let stats = caller.stats.snapshot();
        assert_eq!(stats.requests, replies as i64);
        assert_eq!(stats.retries, replies as i64 - 1);
    }
    let peer = TestPeer::start([unavailable(), Reply::Closed(token("later"))]);
    let caller = Caller::of(peer.port);
    assert_eq!(caller.send().ok().unwrap().token.access(), b"later");
    let forbidden = Reply::Closed(http("403 Forbidden", &[], ""));
    let peer = TestPeer::start([forbidden]);
    let failure = error(Caller::of(peer.port).send());
    assert_eq!(failure.status, S::MOMO_FORBIDDEN);
    assert_eq!(peer.requests().len(), 1);
}

#[test]
fn the_other_subscription_key_is_tried_once_and_is_no_attempt() {
    let key_of = |request: &String| request.contains("the-secondary-key");
    for first in [0, 1] {
        let peer = TestPeer::start([refused(), Reply::Kept(token("a"))]);
        let mut caller = Caller::of(peer.port);
        (caller.key, caller.attempts) = (first, 1);
        let mut log = CallLog::complete();
        assert_eq!(caller.send_with_log(&mut log).ok().unwrap().key, 1 - first);
        let lines = log.into_lines();
        let mut warnings = lines.iter().map(|line| &line.text);
        let replaced = warnings.any(|text| text.contains("replace subscription_key"));
        assert_eq!(replaced, first == 0, "{lines:?}");
        let keys: Vec<bool> = peer.requests().iter().map(key_of).collect();
        assert_eq!(keys, [first == 1, first == 0]);
    }
    // The one that worked may have been rotated away since.
    let peer = TestPeer::start([refused()]);
    let url = format!("http://127.0.0.1:{}", peer.port);
    let mut caller = Caller::with(&[("base_url", &url), ("secondary_subscription_key", "")]);
    caller.key = 1;
    assert_eq!(
        error(caller.send()).status,
        S::MOMO_SUBSCRIPTION_KEY_REFUSED
    );
    assert_eq!(peer.requests().len(), 1);
    let peer = TestPeer::start([refused(), refused()]);
    let error = error(Caller::of(peer.port).send());
    assert_eq!(error.status, S::MOMO_SUBSCRIPTION_KEY_REFUSED);
    let both = "subscription_key (15 characters, from option subscription_key) and \
                secondary_subscription_key (17 characters, from option secondary_subscription_key)";
    let message = error.message;
    assert!(
        message.contains(&format!("sent one after the other: {both}")),
        "{message}"
    );
    assert_eq!(peer.requests().len(), 2);
}

#[test]
fn a_subscription_key_that_was_removed_on_the_way_is_not_tried_twice() {
    let missing =
        r#"{"statusCode":401,"message":"Access denied due to missing subscription key."}"#;
    let peer = TestPeer::start([Reply::Closed(http("401 X", &[], missing))]);
    let error = error(Caller::of(peer.port).send());
    assert_eq!(error.status, S::MOMO_SUBSCRIPTION_KEY_REFUSED);
    assert!(error.message.contains("removed"), "{}", error.message);
    assert_eq!(peer.requests().len(), 1);
}

#[test]
fn a_time_out_is_told_unless_a_response_came_before() {
    let long = Duration::from_secs(60);
    let with_short_attempts = |port| {
        let url = format!("http://127.0.0.1:{port}");
        Caller::with(&[("base_url", &url), ("attempt_timeout", "2s")])
    };
    let peer = TestPeer::start([Reply::Silent(long)]);
    let mut caller = Caller::of(peer.port);
    caller.time = Duration::from_millis(100);
    let failed = error(caller.send());
    assert_eq!(failed.status, S::MOMO_TIMED_OUT);
    // An attempt's time is not the call's.
    let peer = TestPeer::start([Reply::Silent(long)]);
    let mut caller = with_short_attempts(peer.port);
    caller.attempts = 1;
    let failed = error(caller.send());
    assert_eq!(failed.status, S::MOMO_TIMED_OUT);
    // The next one may fare better.
    let peer = TestPeer::start([
        Reply::Silent(Duration::from_millis(2500)),
        Reply::Closed(token("later")),
    ]);
    let mut caller = with_short_attempts(peer.port);
    caller.attempts = 2;
    assert!(caller.send().is_ok());
    // What was said before says more.
    let peer = TestPeer::start([unavailable(), Reply::Silent(long)]);
    let mut caller = with_short_attempts(peer.port);
    caller.attempts = 2;
    let failed = error(caller.send());
    assert_eq!(failed.status, S::MOMO_SERVER_ERROR);
}

#[test]
fn the_last_response_is_what_is_told() {
    let forbidden = Reply::Closed(http("403 Forbidden", &[], ""));
    let peer = TestPeer::start([unavailable(), forbidden]);
    let failure = error(Caller::of(peer.port).send());
    assert_eq!(failure.status, S::MOMO_FORBIDDEN);
}

#[test]
fn a_pause_that_does_not_fit_into_what_is_left_is_not_made() {
    let wait = http("503 Service Unavailable", &["Retry-After: 90"], "");
    let peer = TestPeer::start([Reply::Closed(wait)]);
    let mut caller = Caller::of(peer.port);
    caller.time = Duration::from_secs(60);
    let begin = Instant::now();
    let failure = error(caller.send());
    assert_eq!(failure.status, S::MOMO_SERVER_ERROR);
    assert_eq!(failure.retry_after_ms, 90_000);
    assert!(begin.elapsed() < caller.time / 4);
}

#[test]
fn a_call_without_time_sends_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let mut caller = Caller::of(listener.local_addr().unwrap().port());
    caller.time = Duration::ZERO;
    let failed = error(caller.send());
    assert_eq!(failed.status, S::MOMO_TIMED_OUT);
    assert!(listener.accept().is_err());
}

#[test]
fn a_cancelled_request_says_so() {
    let peer = TestPeer::start([unavailable()]);
    let caller = Caller::of(peer.port);
    caller.cancellation.cancel();
    let failed = error(caller.send());
    assert_eq!(failed.status, S::MOMO_CANCELLED);
    assert_eq!(caller.stats.snapshot().requests, 1);
    // Within the pause before the next attempt.
    let wait = http("503 Service Unavailable", &["Retry-After: 5"], "");
    let peer = TestPeer::start([Reply::Closed(wait)]);
    let caller = Caller::of(peer.port);
    let failed = std::thread::scope(|scope| {
        let asking = scope.spawn(|| error(caller.send()));
        while caller.stats.snapshot().requests == 0 {
            std::thread::yield_now();
        }
        caller.cancellation.cancel();
        asking.join().unwrap()
    });
    assert_eq!(failed.status, S::MOMO_CANCELLED);
    assert_eq!(caller.stats.snapshot().retries, 0);
}
