use super::*;

#[test]
fn the_number_stays_the_same_within_a_process() {
    let first = generation();
    assert_ne!(first, 0);
    let others: Vec<_> = (0..4).map(|_| std::thread::spawn(generation)).collect();
    assert!(
        others
            .into_iter()
            .all(|o| o.join().is_ok_and(|n| n == first))
    );
}
