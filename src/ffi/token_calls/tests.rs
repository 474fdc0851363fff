use super::*;

#[test]
fn a_timeout_is_the_option_s_none_or_up_to_a_day() {
    let after = |ms| CallTimeout::After(Duration::from_millis(ms));
    for (timeout_ms, expected) in [
        (-1, CallTimeout::Default),
        (0, CallTimeout::NeverBlock),
        (1, after(1)),
        (86_400_000, after(86_400_000)),
        (i64::MAX, after(86_400_000)),
    ] {
        assert_eq!(call_timeout(timeout_ms).ok(), Some(expected));
    }
    for timeout_ms in [-2, i64::MIN] {
        let refused = call_timeout(timeout_ms).err().unwrap();
        assert_eq!(refused.status, momo_status::MOMO_INVALID_ARGUMENT);
    }
}
