//! Backoff: how long to wait before the next attempt.

use std::time::Duration;

/// Full jitter: a backoff anywhere between nothing and this, doubled with each attempt, so that
/// clients that failed together do not come back together.
const FIRST_BACKOFF: Duration = Duration::from_millis(200);
const MAX_BACKOFF: Duration = Duration::from_secs(2);

/// The backoff after attempt number `attempt`, counted from 1.
pub(super) fn backoff(attempt: u32, random: f64) -> Duration {
    let doubled = FIRST_BACKOFF.saturating_mul(1 << (attempt - 1).min(16));
    doubled.min(MAX_BACKOFF).mul_f64(random)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "retry_tests.rs"]
mod tests;
