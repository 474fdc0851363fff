//! Cancelling a sleep in every order of threads, tried by loom: `scripts/model.sh`.

use std::sync::Arc;
use std::time::Duration;

use loom::thread::spawn;

use super::*;
use crate::sync::{at, pass_to};

const NEVER: u64 = 9;

#[test]
fn a_sleep_that_is_cancelled_ends_at_once() {
    loom::model(|| {
        let cancel = Arc::new(Cancellation::new());
        // The place to sleep at is made before the threads are, see above.
        assert!(cancel.sleep(Duration::ZERO));
        let sleepers = [1, NEVER].map(|seconds| {
            let cancel = Arc::clone(&cancel);
            spawn(move || {
                (
                    cancel.sleep(Duration::from_secs(seconds)),
                    Deadline::now() >= at(1),
                )
            })
        });
        pass_to(1);
        cancel.cancel();
        let [(short, late), (long, _)] = sleepers.map(|s| s.join().unwrap());
        assert!(late || !short, "it slept through before its time was up");
        assert!(!long);
    });
}
