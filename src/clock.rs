//! One reading of both clocks: an argument of all that depends on time, so that tests can set it.

use std::time::Duration;

use crate::sys;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Now {
    /// Since boot, suspend included.
    pub(crate) boot: Duration,
    /// Since the Unix epoch.
    pub(crate) wall: Duration,
}

impl Now {
    pub(crate) fn read() -> Self {
        let now = Self {
            boot: sys::boot(),
            wall: sys::wall(),
        };
        #[cfg(feature = "fuzzing")]
        let now = now + crate::fuzzing::clocks_ahead();
        now
    }

    /// No earlier than the clocks begin.
    pub(crate) fn earlier(self, by: Duration) -> Self {
        Self {
            boot: self.boot.saturating_sub(by),
            wall: self.wall.saturating_sub(by),
        }
    }
}

impl std::ops::Add<Duration> for Now {
    type Output = Self;

    fn add(self, time: Duration) -> Self {
        Self {
            boot: self.boot + time,
            wall: self.wall + time,
        }
    }
}
