//! Deadline: a moment by the clock that runs on through suspend.

use std::time::Duration;

use crate::sync;

/// By the boot clock: a call that is frozen or suspended past its deadline ends when it wakes up,
/// and not that much later.
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

impl std::ops::Add<Duration> for Deadline {
    type Output = Self;

    fn add(self, time: Duration) -> Self {
        Self(self.0.saturating_add(time))
    }
}

impl std::ops::Sub<Duration> for Deadline {
    type Output = Self;

    fn sub(self, time: Duration) -> Self {
        Self(self.0.saturating_sub(time))
    }
}
