use std::time::Duration;

use super::*;

fn after(milliseconds: u64) -> Deadline {
    Deadline::after(Duration::from_millis(milliseconds))
}

#[test]
fn a_flight_ends_at_its_leader_s_deadline_whatever_became_of_the_leader() {
    let single_flight = SingleFlight::new();
    let deadline = after(50);
    let lost = single_flight.try_lead(deadline).unwrap();
    assert!(single_flight.try_lead(after(10_000)).is_none());
    let role = single_flight.lead_or_wait(after(10_000), &Cancellation::new(), || false);
    assert!(matches!(role, Role::Lead(_)));
    assert!(deadline.has_passed());
    // It ends late, and the one that leads by now goes on.
    drop(lost);
    assert!(single_flight.try_lead(after(10_000)).is_none());
    drop(role);
    assert!(single_flight.try_lead(after(10_000)).is_some());
}

#[test]
fn a_leader_is_told_from_those_of_other_entries() {
    let (own, other) = (SingleFlight::new(), SingleFlight::new());
    let leader = own.try_lead(after(10_000)).unwrap();
    assert!(own.is_led_by(&leader));
    assert!(!other.is_led_by(&leader));
    let _others = other.try_lead(after(10_000)).unwrap();
    assert!(!other.is_led_by(&leader));
}
