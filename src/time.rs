//! Time: a reading of both clocks, and deadlines.

use std::ops::Add;
use std::time::Duration;

use crate::{sync, sys};

/// One reading of both clocks: an argument of all that depends on time, so that tests can set it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Now {
    /// Since boot, suspend included.
    pub(crate) boot: Duration,
    /// Since the Unix epoch.
    pub(crate) wall: Duration,
}

impl Now {
    pub(crate) fn read() -> Self {
        let (boot, wall) = (sys::boot(), sys::wall());
        let now = Self { boot, wall };
        #[cfg(feature = "fuzzing")]
        let now = now + crate::fuzzing::clocks_ahead();
        now
    }

    /// No earlier than the clocks begin.
    pub(crate) fn earlier(self, by: Duration) -> Self {
        let [boot, wall] = [self.boot, self.wall].map(|clock| clock.saturating_sub(by));
        Self { boot, wall }
    }
}

impl Add<Duration> for Now {
    type Output = Self;

    fn add(self, time: Duration) -> Self {
        let [boot, wall] = [self.boot, self.wall].map(|clock| clock + time);
        Self { boot, wall }
    }
}

/// A moment by the boot clock: a call that is frozen or suspended past its deadline ends when it
/// wakes up, and not that much later.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Deadline(pub(crate) Duration);

impl Deadline {
    /// This moment: no time is left.
    pub(crate) fn now() -> Self {
        Self(sync::now())
    }

    pub(crate) fn after(time: Duration) -> Self {
        Self::now() + time
    }

    pub(crate) fn left(self) -> Duration {
        self.0.saturating_sub(sync::now())
    }

    /// Passed, but for the last milliseconds between a time-out and whoever asks why.
    pub(crate) fn is_used_up(self) -> bool {
        const GRAIN: Duration = Duration::from_millis(2);
        self.left() <= GRAIN
    }

    pub(crate) fn has_passed(self) -> bool {
        self.left().is_zero()
    }
}

impl Add<Duration> for Deadline {
    type Output = Self;

    fn add(self, time: Duration) -> Self {
        Self(self.0.saturating_add(time))
    }
}
