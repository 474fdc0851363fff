//! The clock that the workers and the gateway have in common.

use std::ops::Add;
use std::time::{Duration, Instant};

/// Of CLOCK_MONOTONIC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Nanoseconds(pub(crate) i64);

impl Nanoseconds {
    pub(crate) fn now() -> Self {
        let mut now = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: a valid timespec for the call to fill.
        unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
        Self(now.tv_sec * 1_000_000_000 + now.tv_nsec)
    }

    /// Not before the instant, and later by as little as it takes to read two clocks.
    pub(crate) fn of(past: Instant) -> Self {
        let age = past.elapsed();
        Self(Self::now().0 - nanoseconds(age))
    }
}

impl Add<Duration> for Nanoseconds {
    type Output = Self;

    fn add(self, time: Duration) -> Self {
        Self(self.0 + nanoseconds(time))
    }
}

fn nanoseconds(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}
