use super::*;
use std::time::Instant;

#[test]
fn a_parent_s_cancellation_reaches_its_clones_and_not_the_other_way_round() {
    let parent = Arc::new(Cancellation::default());
    let child = Arc::new(Cancellation::child(&parent));
    let grandchild = Cancellation::child(&child);
    let levels = [&*parent, &*child, &grandchild];
    assert!(child.cancel());
    assert_eq!(levels.map(Cancellation::is_cancelled), [false, true, true]);
    assert!(!grandchild.is_cancelled_itself());
    assert!(!child.cancel(), "it was cancelled before");
    parent.cancel();
    assert!(levels.iter().all(|level| level.is_cancelled()));
}

/// As long as it is the clone of one that was made in the same way: its end must not be a recursion,
/// nor its call a walk, through them all.
#[test]
fn a_clone_of_clones_that_were_freed_keeps_none_of_them() {
    let mut last = Cancellation::default();
    for _ in 0..1000 {
        let next = Cancellation::child(&last);
        last.free();
        last = next;
        assert_eq!(last.above.len(), 1);
    }
    assert!(last.is_of_clone() && !last.is_cancelled());
    // One that was cancelled before it was freed has cancelled its clones for good.
    let next = Cancellation::child(&last);
    last.cancel();
    last.free();
    assert!(next.is_cancelled() && Cancellation::child(&next).is_cancelled());
}

#[test]
fn a_sleep_lasts_for_its_time_unless_it_is_cancelled() {
    let cancellation = Cancellation::default();
    let began = Instant::now();
    assert!(cancellation.sleep(2 * MAX_WAIT).is_ok());
    assert!(began.elapsed() >= 2 * MAX_WAIT);
    std::thread::scope(|scope| {
        let sleeper = scope.spawn(|| cancellation.sleep(Duration::from_secs(60)));
        cancellation.cancel();
        assert_eq!(sleeper.join().unwrap(), Err(Failure::cancelled()));
    });
    assert!(began.elapsed() < Duration::from_secs(30));
    assert!(cancellation.sleep(Duration::ZERO).is_err());
}

#[test]
fn a_wait_is_known_to_all_that_can_cancel_it_and_in_its_own_room() {
    let parent = Arc::new(Cancellation::default());
    let child = Cancellation::child(&parent);
    let other = Cancellation::child(&parent);
    child.wait_in(3);
    let rooms =
        |level: &Cancellation| -> Vec<_> { (0..8).filter(|n| level.waits_in(*n)).collect() };
    assert_eq!(rooms(&parent), [3]);
    assert_eq!(rooms(&child), [3]);
    assert!(rooms(&other).is_empty());
}
