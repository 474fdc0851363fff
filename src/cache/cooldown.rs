//! Cooldown: the time after a failure in which the gateway is not asked again.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Now;
use crate::error::{Failure, Status};

/// After refused credentials, and the least time between two tokens that invalidation asks for.
pub(super) const MAX_COOLDOWN: Duration = Duration::from_secs(5);
/// After a failure that may pass: doubled with each further failure, up to the long cooldown.
const MIN_COOLDOWN: Duration = Duration::from_millis(250);
/// The longest Retry-After that is honoured.
pub(super) const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(super) struct Cooldown {
    /// By the boot clock.
    pub(super) until: Duration,
    pub(super) failure: Arc<Failure>,
    /// Whether every caller is told the failure. A refresh that ran out of its own caller's time
    /// holds back the next refresh only.
    pub(super) for_all: bool,
    /// How many failures in a row came before this one.
    pub(super) failures_before: u32,
}

impl Cooldown {
    /// For every caller.
    pub(super) fn until(until: Duration, failure: Failure) -> Self {
        Self {
            until,
            failure: Arc::new(failure),
            for_all: true,
            failures_before: 0,
        }
    }
}

/// Rounded up: a caller that waits as long as it was told finds the cooldown over.
pub(super) fn millis_until(until: Duration, now: Now) -> i64 {
    let left = until.saturating_sub(now.boot);
    i64::try_from(left.as_micros().div_ceil(1000)).unwrap_or(i64::MAX)
}

/// After a request of this process failed. `random` is from 0 to 1.
pub(super) fn length(failure: &Failure, failures_before: u32, random: f64) -> Duration {
    use Status as S;
    let asked = u64::try_from(failure.retry_after_ms).unwrap_or(0);
    let may_ask =
        failure.status == S::MOMO_RATE_LIMITED || matches!(failure.http_status, 502..=504);
    match failure.status {
        S::MOMO_UNAUTHORIZED | S::MOMO_SUBSCRIPTION_KEY_REFUSED | S::MOMO_FORBIDDEN => MAX_COOLDOWN,
        _ if may_ask && asked > 0 => Duration::from_millis(asked).min(MAX_RETRY_AFTER),
        _ => {
            let doubled = MIN_COOLDOWN.saturating_mul(1 << failures_before.min(8));
            // Half of it at random: callers that failed together come back apart.
            doubled.min(MAX_COOLDOWN).mul_f64(0.5 + random / 2.0)
        }
    }
}
