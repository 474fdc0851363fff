//! Invalidating a token: the state before and after.

use super::*;

#[test]
fn invalidating_another_token_leaves_the_current_one() {
    let mut state = with_token("a", 0);
    for (text, left, known) in [("b", Some("a"), 1), ("b", Some("a"), 1), ("a", None, 2)] {
        state.invalidate(text.as_bytes(), at(1));
        assert_eq!(current(&state).as_deref(), left);
        assert_eq!(state.invalidated.len(), known);
    }
    state.invalidate(b"a", at(2));
    assert_eq!(cooldown_of(&state, at(2)), None);
}

#[test]
fn an_invalidated_token_that_is_issued_again_is_not_handed_out() {
    let mut state = with_token("a", 0);
    state.invalidate(b"a", at(1000));
    let again = |state: &mut State, now| {
        assert!(store(state, "a", now).is_err());
        assert_eq!(current(state), None);
        cooldown_of(state, at(now)).unwrap()
    };
    assert_eq!(again(&mut state, 1500), 4500);
    // A second time within the same five seconds: they are not prolonged.
    assert_eq!(again(&mut state, 2000), 4000);
    // Not later either, nor after others were refused.
    for text in ["b", "c", "d"] {
        store(&mut state, text, 20_000).unwrap();
        state.invalidate(text.as_bytes(), at(20_000));
    }
    // The last one was invalidated at 20 s. Each of these begins five seconds of its own.
    for now in [25_000, 30_000, 60_000] {
        assert_eq!(again(&mut state.clone(), now), 5000);
    }
}

#[test]
fn a_token_that_is_invalidated_five_seconds_after_the_last_is_replaced_at_once() {
    for (second, expected) in [(4999, Some(1)), (5000, None)] {
        let mut state = with_token("a", 0);
        state.invalidate(b"a", at(0));
        store(&mut state, "b", 1).unwrap();
        state.invalidate(b"b", at(second));
        assert_eq!(cooldown_of(&state, at(second)), expected, "{second}");
    }
}

#[test]
fn invalidating_every_token_asks_for_one_per_five_seconds() {
    let mut state = with_token("t0", 0);
    let mut asked_at = Vec::new();
    for now in 0..20_001 {
        // A program that asks without end and invalidates whatever it gets.
        if state.token.is_none() && cooldown_of(&state, at(now)).is_none() {
            store(&mut state, &format!("t{now}-"), now).unwrap();
            asked_at.push(now);
        }
        if let Some(text) = current(&state) {
            state.invalidate(text.as_bytes(), at(now));
        }
    }
    assert_eq!(asked_at, [1, 5000, 10_000, 15_000, 20_000]);
}

#[test]
fn a_token_that_was_not_stored_is_not_handed_out_again_either_once_invalidated() {
    let mut state = State::default();
    state.succeeded(&token("a", 0), 0, false, at(0)).unwrap();
    state.invalidate(b"a", at(1));
    // It was never handed out by momo_get_token, so momo_get_token is not in a cooldown.
    assert_eq!(cooldown_of(&state, at(1)), None);
    let failure = state.succeeded(&token("a", 2), 0, false, at(2));
    let failure = failure.unwrap_err();
    assert_eq!(failure.status, Status::MOMO_UNAUTHORIZED);
    assert_eq!(failure.retry_after_ms, 5000);
    state.clear();
    assert!(store(&mut state, "a", 3).is_err());
}
