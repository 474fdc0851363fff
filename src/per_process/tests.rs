use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn foreign(drops: &Arc<AtomicUsize>) -> PerProcess<Counted> {
    let cell = PerProcess::new();
    cell.owned.store(Some(Arc::new(Owned {
        generation: sys::generation() ^ 1,
        value: Some(Counted(Arc::clone(drops))),
    })));
    cell
}

#[test]
fn the_value_is_made_once_and_dropped_with_the_cell() {
    let drops = Arc::new(AtomicUsize::new(0));
    let cell = PerProcess::new();
    assert!(cell.get().is_none());
    for _ in 0..3 {
        drop(cell.get_or(|| Counted(Arc::clone(&drops))));
    }
    assert_eq!(drops.load(Ordering::SeqCst), 0);
    drop(cell);
    assert_eq!(drops.load(Ordering::SeqCst), 1);
}

#[test]
fn another_process_s_value_is_neither_used_nor_dropped() {
    let theirs = Arc::new(AtomicUsize::new(0));
    let ours = Arc::new(AtomicUsize::new(0));
    let cell = foreign(&theirs);
    assert!(cell.get().is_none());
    let value = cell.get_or(|| Counted(Arc::clone(&ours)));
    assert!(Arc::ptr_eq(&value.0, &ours));
    drop(value);
    drop(cell);
    drop(foreign(&theirs));
    assert_eq!(theirs.load(Ordering::SeqCst), 0);
    assert_eq!(ours.load(Ordering::SeqCst), 1);
}
