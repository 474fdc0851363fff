//! When to try again, and after how long.

use std::time::Duration;

/// Full jitter: a backoff anywhere between nothing and this, doubled with each attempt, so that
/// clients that failed together do not come back together.
const FIRST_BACKOFF: Duration = Duration::from_millis(200);
const LONGEST_BACKOFF: Duration = Duration::from_secs(2);

/// The backoff after attempt number `attempt`, counted from 1.
pub(super) fn backoff(attempt: u32, random: f64) -> Duration {
    let doubled = FIRST_BACKOFF.saturating_mul(1 << (attempt - 1).min(16));
    doubled.min(LONGEST_BACKOFF).mul_f64(random)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn backoffs_double_up_to_a_bound_with_full_jitter() {
        let upper: Vec<u128> = (1..7).map(|n| backoff(n, 1.0).as_millis()).collect();
        assert_eq!(upper, [200, 400, 800, 1600, 2000, 2000]);
        assert_eq!(backoff(3, 0.0), Duration::ZERO);
        assert_eq!(backoff(3, 0.5), Duration::from_millis(400));
        assert_eq!(backoff(u32::MAX, 1.0), LONGEST_BACKOFF);
    }
}
