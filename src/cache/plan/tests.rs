use super::*;
use crate::test_settings::settings_with;

fn settings() -> Settings {
    settings_with(&[("timeout", "8s"), ("max_attempts", "4")])
}

/// Each no later than so many seconds from now, and more than half of them.
#[track_caller]
fn assert_ends(plan: &Plan, deadline: u64, wait_until: u64) {
    for (end, seconds) in [(plan.deadline, deadline), (plan.wait_until, wait_until)] {
        let (left, expected) = (end.left(), Duration::from_secs(seconds));
        assert!(left <= expected && left >= expected / 2, "{left:?}");
    }
}

fn in_seconds(seconds: u64) -> Deadline {
    Deadline::after(Duration::from_secs(seconds))
}

#[test]
fn a_full_request_has_the_option_s_time_and_leaves_half_of_it_or_5_s_to_ask_beside_another() {
    let plan = Plan::full(&settings());
    assert_ends(&plan, 8, 4);
    assert_eq!((plan.attempts, plan.is_refresh), (4, false));
    let created = Plan::until(in_seconds(4), settings().max_attempts);
    assert_ends(&created, 4, 2);
    let long = Plan::until(in_seconds(60), 1);
    assert_eq!(long.wait_until + MAX_REFRESH, long.deadline);
}

#[test]
fn a_refresh_is_one_attempt_within_half_of_what_is_left_and_five_seconds() {
    for (usable, time) in [(4, 2), (10, 5), (600, 5)] {
        let plan = Plan::refresh(Duration::from_secs(usable));
        assert_ends(&plan, time, time);
        assert_eq!((plan.attempts, plan.is_refresh), (1, true));
    }
}

#[test]
fn a_caller_s_time_bounds_what_it_asks_and_a_refresh_waits_for_no_other_process() {
    let full = Plan::full(&settings());
    assert_ends(&full.on_a_caller_s_thread(in_seconds(6)), 6, 3);
    assert_ends(&full.on_a_caller_s_thread(in_seconds(60)), 8, 4);
    let refresh = Plan::refresh(Duration::from_secs(600));
    assert_ends(&refresh.on_a_caller_s_thread(in_seconds(60)), 5, 0);
}

#[test]
fn only_the_time_that_every_caller_has_is_everybody_s() {
    let (full, over) = (Plan::full(&settings()), Deadline::now());
    let ended = Plan {
        deadline: over,
        ..full
    };
    for (plan, expected) in [
        (full.on_a_caller_s_thread(over), true),
        (Plan::refresh(Duration::ZERO), true),
        (
            Plan {
                deadline: over,
                ..Plan::refresh(Duration::from_secs(10))
            },
            false,
        ),
        (
            Plan::refresh(Duration::from_secs(600)).on_a_caller_s_thread(over),
            true,
        ),
        (Plan::until(over, 4), true),
        // An attempt's time-out is not the request's.
        (full.on_a_caller_s_thread(in_seconds(5)), false),
        (ended, false),
    ] {
        let is_own = |status| plan.is_own_time_out(&Failure::new(status, "it failed"));
        assert_eq!(is_own(Status::MOMO_TIMED_OUT), expected);
        assert!(!is_own(Status::MOMO_SERVER_ERROR));
    }
}
