//! Invalidating a token: the state before and after.

use super::*;

#[test]
fn invalidating_another_token_leaves_the_current_one() {
    let (state, _) = store(&State::default(), "a", 0);
    let state = state.invalidated(b"b", at(1)).unwrap();
    assert_eq!(current(&state).unwrap(), "a");
    assert!(state.invalidated(b"b", at(1)).is_none(), "known already");
    let state = state.invalidated(b"a", at(1)).unwrap();
    assert_eq!(current(&state), None);
    assert!(state.invalidated(b"a", at(2)).is_none());
    assert!(state.failure_in_cooldown(at(2), false).is_none());
}

#[test]
fn an_invalidated_token_that_is_issued_again_is_not_handed_out() {
    let (state, _) = store(&State::default(), "a", 0);
    let state = state.invalidated(b"a", at(1000)).unwrap();
    let (state, outcome) = store(&state, "a", 1500);
    assert!(outcome.is_err());
    assert_eq!(current(&state), None);
    assert_eq!(cooldown_of(&state, at(1500)), Some(4500));
    // A second time within the same five seconds: they are not prolonged.
    let (state, _) = store(&state, "a", 2000);
    assert_eq!(cooldown_of(&state, at(2000)), Some(4000));
    // Not later either, nor after others were refused.
    let mut state = state;
    for text in ["b", "c", "d"] {
        state = store(&state, text, 20_000).0;
        state = state.invalidated(text.as_bytes(), at(20_000)).unwrap();
    }
    // The last one was invalidated at 20 s. Each of these begins five seconds of its own.
    for now in [25_000, 30_000, 60_000] {
        let (state, outcome) = store(&state, "a", now);
        assert!(outcome.is_err());
        assert_eq!(cooldown_of(&state, at(now)), Some(5000));
    }
}

#[test]
fn a_token_that_is_invalidated_five_seconds_after_the_last_is_replaced_at_once() {
    for (second, expected) in [(4999, Some(1)), (5000, None)] {
        let (state, _) = store(&State::default(), "a", 0);
        let state = state.invalidated(b"a", at(0)).unwrap();
        let (state, _) = store(&state, "b", 1);
        let state = state.invalidated(b"b", at(second)).unwrap();
        assert_eq!(cooldown_of(&state, at(second)), expected, "{second}");
    }
}

#[test]
fn invalidating_every_token_asks_for_one_per_five_seconds() {
    let (mut state, _) = store(&State::default(), "t0", 0);
    let mut asked_at = Vec::new();
    for now in 0..20_001 {
        // A program that asks without end and invalidates whatever it gets.
        if state.token.is_none() && state.failure_in_cooldown(at(now), false).is_none() {
            state = store(&state, &format!("t{now}-"), now).0;
            asked_at.push(now);
        }
        if let Some(text) = current(&state) {
            state = state.invalidated(text.as_bytes(), at(now)).unwrap();
        }
    }
    assert_eq!(asked_at, [1, 5000, 10_000, 15_000, 20_000]);
}

#[test]
fn a_token_that_was_not_stored_is_not_handed_out_again_either_once_invalidated() {
    let state = State::default();
    let (state, outcome) = state.succeeded(&token("a", 0), 0, false, at(0));
    assert!(outcome.is_ok());
    let state = state.invalidated(b"a", at(1)).unwrap();
    // It was never handed out by momo_get_token, so momo_get_token is not in a cooldown.
    assert!(state.failure_in_cooldown(at(1), false).is_none());
    let (state, outcome) = state.succeeded(&token("a", 2), 0, false, at(2));
    let Err(failure) = outcome else {
        panic!("it was handed out")
    };
    assert_eq!(failure.status, Status::MOMO_UNAUTHORIZED);
    assert_eq!(failure.retry_after_ms, 5000);
    let (_, outcome) = state.cleared().succeeded(&token("a", 3), 0, true, at(3));
    assert!(outcome.is_err());
}
