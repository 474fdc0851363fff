use super::*;
use std::sync::atomic::AtomicUsize;

#[derive(Default)]
struct Counted(AtomicUsize);

impl Interrupt for Counted {
    fn interrupt(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn wait() -> (Arc<Counted>, Weak<dyn Interrupt>) {
    let counted = Arc::new(Counted::default());
    let weak = Arc::downgrade(&counted);
    (counted, weak)
}

#[test]
fn a_parent_s_cancellation_reaches_its_clones_and_not_the_other_way_round() {
    let parent = Arc::new(Cancellation::new());
    let child = Arc::new(Cancellation::child(&parent));
    let grandchild = Cancellation::child(&child);
    let levels = [&*parent, &*child, &grandchild];
    let waits = levels.map(|level| {
        let (counted, weak) = wait();
        assert!(level.interrupts(&weak));
        counted
    });
    let interrupted = || waits.each_ref().map(|w| w.0.load(Ordering::SeqCst));
    child.cancel();
    assert_eq!(levels.map(Cancellation::is_cancelled), [false, true, true]);
    assert_eq!(interrupted(), [0, 1, 1]);
    parent.cancel();
    assert!(parent.is_cancelled());
    assert!(interrupted()[0] == 1);
    let (_, late) = wait();
    assert!(levels.iter().all(|level| !level.interrupts(&late)));
}

#[test]
fn waits_that_are_over_are_forgotten() {
    let parent = Arc::new(Cancellation::new());
    let kept = wait();
    assert!(parent.interrupts(&kept.1));
    for _ in 0..1000 {
        assert!(Cancellation::child(&parent).interrupts(&wait().1));
    }
    let waits = parent.waits.get_or(Mutex::default);
    assert!(waits.lock().capacity() < 32);
    parent.cancel();
    assert_eq!(kept.0.0.load(Ordering::SeqCst), 1);
}
