use super::*;

mod invalidation;

const RANDOM: f64 = 1.0;

fn at(millis: u64) -> Now {
    let now = Duration::from_secs(1000) + Duration::from_millis(millis);
    Now {
        boot: now,
        wall: now,
    }
}

fn token(text: &str, issued: u64) -> Arc<Token> {
    let hour = Some(Duration::from_secs(3600));
    Arc::new(Token::new(text, "access_token", hour, at(issued)))
}

fn failure(status: Status) -> Arc<Failure> {
    Arc::new(Failure::new(status, "it failed"))
}

fn cooldown_of(state: &State, now: Now) -> Option<i64> {
    state.failure_in_cooldown(now).map(|(_, left)| left)
}

fn store(state: &mut State, text: &str, now: u64) -> Result<(), Arc<Failure>> {
    state.succeeded(&token(text, now), 0, true, at(now))
}

fn with_token(text: &str, issued: u64) -> State {
    let mut state = State::default();
    store(&mut state, text, issued).unwrap();
    state
}

fn with_failure(failure: &Arc<Failure>, for_all: bool) -> State {
    let mut state = State::default();
    state.failed(failure, for_all, at(0), RANDOM);
    state
}

fn current(state: &State) -> Option<String> {
    let token = state.token.as_ref()?;
    Some(String::from_utf8(token.access().to_vec()).unwrap())
}

#[test]
fn of_two_tokens_the_one_whose_request_started_later_is_kept() {
    let mut state = State::default();
    for (text, issued, kept) in [
        ("late", 200, "late"),
        ("early", 100, "late"),
        ("later", 500, "later"),
        // Of two that started together, the one that came last.
        ("together", 500, "together"),
    ] {
        let outcome = state.succeeded(&token(text, issued), 0, true, at(700));
        assert!(outcome.is_ok());
        assert_eq!(current(&state).unwrap(), kept);
    }
}

#[test]
fn the_cooldown_depends_on_the_failure() {
    use Status as S;
    let with = |status, http, retry| {
        Arc::new(Failure {
            http_status: http,
            retry_after_ms: retry,
            ..Failure::clone(&failure(status))
        })
    };
    for (failure, expected) in [
        (with(S::MOMO_UNAUTHORIZED, 401, -1), 5000),
        (with(S::MOMO_SUBSCRIPTION_KEY_REFUSED, 401, 60_000), 5000),
        (with(S::MOMO_FORBIDDEN, 403, -1), 5000),
        (with(S::MOMO_RATE_LIMITED, 429, 7000), 7000),
        (with(S::MOMO_RATE_LIMITED, 403, 3_600_000), 60_000),
        (with(S::MOMO_RATE_LIMITED, 429, -1), 250),
        (with(S::MOMO_RATE_LIMITED, 429, 0), 250),
        (with(S::MOMO_SERVER_ERROR, 503, 2000), 2000),
        (with(S::MOMO_SERVER_ERROR, 500, 2000), 250),
        (with(S::MOMO_CONNECT_FAILED, 0, -1), 250),
        (with(S::MOMO_TIMED_OUT, 0, -1), 250),
    ] {
        let state = with_failure(&failure, true);
        assert_eq!(cooldown_of(&state, at(0)), Some(expected), "{failure:?}");
    }
}

#[test]
fn cooldowns_double_to_five_seconds_and_a_success_ends_them() {
    let lost = failure(Status::MOMO_CONNECTION_LOST);
    let mut state = State::default();
    let mut cooldowns = Vec::new();
    for n in 0..7 {
        // The count goes on after a cooldown has run out.
        state.failed(&lost, true, at(n * 10_000), RANDOM);
        cooldowns.push(cooldown_of(&state, at(n * 10_000)).unwrap());
    }
    assert_eq!(cooldowns, [250, 500, 1000, 2000, 4000, 5000, 5000]);
    assert_eq!(state.refresh_status(), Status::MOMO_CONNECTION_LOST);
    store(&mut state, "t", 70_000).unwrap();
    assert_eq!(cooldown_of(&state, at(70_000)), None);
    assert_eq!(state.refresh_status(), Status::MOMO_OK);
    state.failed(&lost, true, at(0), 0.0);
    assert_eq!(cooldown_of(&state, at(0)), Some(125));
}

#[test]
fn a_cooldown_tells_what_is_left_and_ends() {
    let forbidden = failure(Status::MOMO_FORBIDDEN);
    let state = with_failure(&forbidden, true);
    let told = Some((Failure::clone(&forbidden), 3800));
    assert_eq!(state.failure_in_cooldown(at(1200)), told);
    // The same for those who share it with other processes, and for tokens and counters.
    assert_eq!(state.cooldown(at(1200)), Duration::from_millis(3800));
    assert_eq!(state.cooldown(at(5000)), Duration::ZERO);
    assert_eq!(state.cooldown_ms(at(1200)), 3800);
    assert_eq!(State::default().cooldown_ms(at(0)), 0);
    let mut nearly = at(4999);
    nearly.boot += Duration::from_micros(900);
    // Never 0 while it lasts.
    assert_eq!(cooldown_of(&state, nearly), Some(1));
    assert_eq!(cooldown_of(&state, at(5000)), None);
}

#[test]
fn a_failure_that_is_not_told_to_all_holds_back_refreshes_only() {
    let timed_out = failure(Status::MOMO_TIMED_OUT);
    let mut state = with_failure(&timed_out, false);
    assert_eq!(cooldown_of(&state, at(0)), None);
    assert_eq!(state.cooldown_ms(at(0)), 250);
    assert_eq!(state.refresh_status(), Status::MOMO_TIMED_OUT);
    // Callers in a hurry do not lengthen it.
    state.failed(&timed_out, false, at(250), RANDOM);
    assert_eq!(state.cooldown_ms(at(250)), 250);
    // The next failure, if it is everybody's, is given to all as any other.
    state.failed(&timed_out, true, at(250), RANDOM);
    assert_eq!(cooldown_of(&state, at(250)), Some(500));
}

#[test]
fn the_primary_key_is_tried_again_after_an_hour() {
    let hour = 3_600_000;
    let mut state = State::default();
    assert_eq!(state.key(at(0)), 0);
    for (now, key, later, expected) in [
        (0, 1, hour - 1, 1),
        // Using it on does not prolong the hour.
        (hour / 2, 1, hour, 0),
        // The primary was refused again: another hour.
        (hour, 1, hour + 1, 1),
        (2 * hour, 0, 2 * hour, 0),
    ] {
        let token = token("t", now);
        state.succeeded(&token, key, true, at(now)).unwrap();
        assert_eq!(state.key(at(later)), expected, "{now}");
    }
}

#[test]
fn clearing_keeps_the_choice_of_key_and_what_was_invalidated() {
    let mut state = State::default();
    state.succeeded(&token("a", 0), 1, true, at(0)).unwrap();
    state.failed(&failure(Status::MOMO_FORBIDDEN), true, at(1), RANDOM);
    state.clear();
    assert!(state.token.is_none() && state.cooldown(at(1)).is_zero());
    assert_eq!(state.key(at(1)), 1);
}

#[test]
fn a_token_is_taken_over_where_there_is_no_good_one_and_it_was_not_invalidated() {
    let after = |state: &State, former: &State, now| {
        let mut state = state.clone();
        state.take_over(former, at(now));
        state
    };
    let (former, own) = (with_token("former", 0), with_token("own", 0));
    let taken = after(&State::default(), &former, 1);
    assert_eq!(current(&taken).unwrap(), "former");
    assert_eq!(current(&after(&own, &former, 1)).unwrap(), "own");
    // Of former credentials that come back: it has expired meanwhile.
    let late = after(&own, &with_token("newer", 3_000_000), 3_600_000);
    assert_eq!(current(&late).unwrap(), "newer");
    let mut refused = State::default();
    refused.invalidate(b"former", at(1));
    assert!(after(&refused, &former, 1).token.is_none());
    // The same token, refused while it was taken over.
    let mut refused_there = former;
    refused_there.invalidate(b"former", at(1));
    assert!(after(&taken, &refused_there, 1).token.is_none());
    // What either of them knows to be refused stays so, the latest of them.
    let mut former = State::default();
    for n in 0..INVALIDATED {
        former.invalidate(n.to_string().as_bytes(), at(1));
    }
    let both = after(&after(&refused, &former, 1), &former, 1);
    assert_eq!(both.invalidated.len(), INVALIDATED);
    assert!(both.was_invalidated(b"former") && both.was_invalidated(b"7"));
    assert!(!both.was_invalidated(b"0"));
}

#[test]
fn what_another_process_met_is_one_failure_more_and_ends_as_its_own_cooldown_does() {
    let lost = failure(Status::MOMO_CONNECTION_LOST);
    let left = Duration::from_millis;
    let mut state = with_failure(&lost, true);
    state.cool_down(left(400), &lost, true, at(1000));
    assert_eq!(cooldown_of(&state, at(1100)), Some(300));
    assert_eq!(cooldown_of(&state, at(1400)), None);
    // The third in a row.
    state.failed(&lost, true, at(2000), RANDOM);
    assert_eq!(cooldown_of(&state, at(2000)), Some(1000));
    // None is believed to last longer than any of one's own.
    state.cool_down(left(3_600_000), &lost, true, at(9000));
    assert_eq!(cooldown_of(&state, at(9000)), Some(60_000));
}

#[test]
fn a_token_of_another_process_is_taken_where_it_is_newer_good_and_not_invalidated() {
    let adopts = |state: &State, text, issued| {
        let mut state = state.clone();
        state.adopt(&token(text, issued), at(9000))
    };
    let mut state = with_token("own", 5000);
    assert!(adopts(&State::default(), "t", 1));
    assert!(adopts(&state, "newer", 6000));
    assert!(!adopts(&state, "older", 4000));
    assert!(!adopts(&state, "other", 5000), "it is no newer");
    assert!(!adopts(&state, "own", 6000), "it is the same");
    let hour = 3_600_000;
    assert!(!State::default().adopt(&token("t", 0), at(hour)));
    // It ends a cooldown, as a token of one's own does.
    state.failed(&failure(Status::MOMO_FORBIDDEN), true, at(8000), RANDOM);
    let mut adopted = state.clone();
    assert!(adopted.adopt(&token("newer", 8500), at(9000)));
    assert_eq!(cooldown_of(&adopted, at(9000)), None);
    assert_eq!(current(&adopted).unwrap(), "newer");
    state.invalidate(b"newer", at(9000));
    assert!(!adopts(&state, "newer", 8500));
}
