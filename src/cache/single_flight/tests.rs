use super::*;

fn after(milliseconds: u64) -> Deadline {
    Deadline::after(Duration::from_millis(milliseconds))
}

#[test]
fn a_flight_is_lost_some_time_after_its_end_whatever_became_of_the_leader() {
    let single_flight = SingleFlight::default();
    let ends = after(50);
    let lost = single_flight.lead(ends).ok().unwrap();
    let flight = single_flight.lead(after(10_000)).err().unwrap().unwrap();
    let never = Cancellation::default();
    let step = flight.wait(after(10_000), &never, || true);
    assert!(matches!(step, Some(Step::LookAgain)));
    assert!((ends + GRACE).has_passed());
    let next = single_flight.lead(after(10_000)).ok().unwrap();
    // It ends late, and the one that leads by now goes on.
    drop(lost);
    assert!(single_flight.lead(after(10_000)).is_err());
    drop(next);
    assert!(single_flight.lead(after(10_000)).is_ok());
}

#[test]
fn while_a_few_requests_hang_long_after_their_end_no_other_is_begun() {
    let single_flight = SingleFlight::default();
    let mut hanging = Vec::new();
    for _ in 0..MAX_LEADERS {
        let ends = Deadline::now();
        hanging.extend(single_flight.lead(ends).ok());
        std::thread::sleep((ends + GRACE).left());
    }
    assert_eq!(hanging.len(), MAX_LEADERS);
    assert!(matches!(single_flight.lead(after(10_000)), Err(None)));
    hanging.pop();
    assert!(single_flight.lead(after(10_000)).is_ok());
}

#[test]
fn a_wait_that_ends_with_its_flight_goes_on_for_the_outcome_and_no_other_does() {
    let ends = after(10_000);
    let leader = SingleFlight::default().lead(ends).ok().unwrap();
    let second = Duration::from_secs(1);
    let before = |time| Deadline(ends.0 - time);
    for (deadline, until) in [
        (ends, ends + ENDING),
        (before(ENDING), ends + ENDING),
        (ends + ENDING / 2, ends + ENDING),
        (ends + second, ends + second),
        (before(second), before(second)),
    ] {
        assert_eq!(leader.flight.wait_until(deadline), until);
    }
    let never = Cancellation::default();
    let deadline = after(30);
    assert!(leader.flight.wait(deadline, &never, || true).is_none());
    assert!(deadline.has_passed() && !ends.has_passed());
}
