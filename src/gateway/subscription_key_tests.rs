use super::*;

#[test]
fn the_other_key_is_chosen_once_where_there_is_one() {
    for (key, count, first, other) in [(0, 2, 0, Some(1)), (1, 2, 1, Some(0)), (1, 1, 0, None)] {
        let mut keys = SubscriptionKeyChoice::starting_with(key, count);
        assert_eq!(keys.current, first);
        assert_eq!(keys.switch(), other.is_some());
        assert_eq!(keys.current, other.unwrap_or(first));
        assert!(!keys.switch());
        assert_eq!(keys.current, other.unwrap_or(first));
    }
}
