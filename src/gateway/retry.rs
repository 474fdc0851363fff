//! When to try again, and after how long.

use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};

/// Full jitter: a backoff anywhere between nothing and this, doubled with each attempt, so that
/// clients that failed together do not come back together.
const FIRST_BACKOFF: Duration = Duration::from_millis(200);
const LONGEST_BACKOFF: Duration = Duration::from_secs(2);

/// From 0 to 1. From the operating system each time: a forked child must not repeat its parent's.
pub(crate) fn random() -> f64 {
    let mut bytes = [0; 4];
    if SystemRandom::new().fill(&mut bytes).is_err() {
        return 0.5;
    }
    f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX)
}

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

    #[test]
    fn randomness_covers_its_range() {
        let many: Vec<f64> = (0..1000).map(|_| random()).collect();
        assert!(many.iter().all(|r| (0.0..=1.0).contains(r)));
        assert!(many.iter().any(|r| *r < 0.2) && many.iter().any(|r| *r > 0.8));
    }
}
