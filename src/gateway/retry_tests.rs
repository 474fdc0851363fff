use super::*;

#[test]
fn backoffs_double_up_to_a_bound_with_full_jitter() {
    let upper: Vec<u128> = (1..7).map(|n| backoff(n, 1.0).as_millis()).collect();
    assert_eq!(upper, [200, 400, 800, 1600, 2000, 2000]);
    assert_eq!(backoff(3, 0.0), Duration::ZERO);
    assert_eq!(backoff(3, 0.5), Duration::from_millis(400));
    assert_eq!(backoff(u32::MAX, 1.0), MAX_BACKOFF);
}
