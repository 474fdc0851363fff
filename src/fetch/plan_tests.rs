use super::*;
use crate::test_settings::settings_with;

const TIMED_OUT: Status = Status::MOMO_TIMED_OUT;

fn settings() -> Settings {
    settings_with(&[("timeout", "8s"), ("max_attempts", "4")])
}

/// No later than this time from now, and at least half of it.
fn is_about(left: Duration, expected: Duration) -> bool {
    left <= expected && left > expected / 2
}

#[test]
fn a_full_request_has_the_option_s_time_and_leaves_half_of_it_to_ask_beside_another() {
    let plan = Plan::full(&settings());
    assert!(is_about(plan.deadline.left(), Duration::from_secs(8)));
    assert!(is_about(plan.wait_until.left(), Duration::from_secs(4)));
    assert_eq!(plan.attempts, 4);
    assert!(!plan.is_refresh);
    let created = Plan::create(&settings(), Deadline::after(Duration::from_secs(3)));
    assert!(is_about(created.deadline.left(), Duration::from_secs(3)));
}

#[test]
fn a_refresh_is_one_attempt_within_half_of_what_is_left_and_five_seconds() {
    for (usable, time) in [(4, 2), (10, 5), (600, 5)] {
        let plan = Plan::refresh(Duration::from_secs(usable));
        let time = Duration::from_secs(time);
        assert!(is_about(plan.deadline.left(), time), "{usable}");
        assert!(is_about(plan.wait_until.left(), time), "{usable}");
        assert_eq!(plan.attempts, 1);
        assert!(plan.is_refresh);
    }
}

#[test]
fn a_caller_s_time_bounds_what_it_asks_and_a_refresh_waits_for_no_other_process() {
    let seconds = |seconds| Deadline::after(Duration::from_secs(seconds));
    let full = Plan::full(&settings());
    let short = full.on_a_caller_s_thread(seconds(6));
    assert!(is_about(short.deadline.left(), Duration::from_secs(6)));
    assert!(is_about(short.wait_until.left(), Duration::from_secs(3)));
    let long = full.on_a_caller_s_thread(seconds(60));
    assert!(is_about(long.deadline.left(), Duration::from_secs(8)));
    assert!(is_about(long.wait_until.left(), Duration::from_secs(4)));
    let refresh = Plan::refresh(Duration::from_secs(600)).on_a_caller_s_thread(seconds(60));
    assert!(is_about(refresh.deadline.left(), Duration::from_secs(5)));
    assert!(refresh.wait_until.has_passed());
}

#[test]
fn only_the_time_that_every_caller_has_is_everybody_s() {
    let is_own = |plan: Plan, status| plan.is_own_time_out(&Failure::new(status, "it failed"));
    let full = Plan::full(&settings());
    let over = Deadline::now();
    let own = full.on_a_caller_s_thread(over);
    assert!(is_own(own, TIMED_OUT));
    assert!(!is_own(own, Status::MOMO_SERVER_ERROR));
    assert!(is_own(Plan::refresh(Duration::ZERO), TIMED_OUT));
    assert!(is_own(Plan::create(&settings(), over), TIMED_OUT));
    // An attempt's time-out is not the request's.
    let later = full.on_a_caller_s_thread(Deadline::after(Duration::from_secs(5)));
    assert!(!is_own(later, TIMED_OUT));
    let ended = Plan {
        deadline: over,
        ..full
    };
    assert!(!is_own(ended, TIMED_OUT));
}
