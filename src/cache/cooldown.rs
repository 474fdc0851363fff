//! The time after a failure in which the gateway is not asked again. Pure, as the state that it is a
//! part of.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Now;
use crate::error::{Failure, Status};

/// After refused credentials, and the least time between two tokens that invalidation asks for.
pub(super) const MAX_COOLDOWN: Duration = Duration::from_secs(5);
/// After a failure that may pass: doubled with each further failure, up to the long cooldown.
const MIN_COOLDOWN: Duration = Duration::from_millis(250);
/// The longest Retry-After that is honoured.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(super) struct Cooldown {
    pub(super) until: Duration,
    pub(super) failure: Arc<Failure>,
    /// Whether every caller is told the failure. A refresh that ran out of its own caller's time
    /// holds back the next refresh only.
    pub(super) for_all: bool,
    /// How many failures in a row came before this one.
    failures_before: u32,
}

impl Cooldown {
    /// For every caller, until then.
    pub(super) fn until(until: Duration, failure: Arc<Failure>) -> Self {
        Self {
            until,
            failure,
            for_all: true,
            failures_before: 0,
        }
    }

    /// The same, but for the next refresh alone.
    pub(super) fn of_refreshes(self) -> Self {
        Self {
            for_all: false,
            ..self
        }
    }

    /// After a request of this process failed, with the `former` cooldown that its success would
    /// have ended. `random` is from 0 to 1.
    pub(super) fn after(
        former: Option<&Self>,
        failure: &Arc<Failure>,
        for_all: bool,
        now: Now,
        random: f64,
    ) -> Self {
        // Callers in a hurry must not keep those with more time from refreshing.
        let step = u32::from(for_all);
        let failures_before = former.map_or(0, |c| c.failures_before.saturating_add(step));
        Self {
            until: now.boot + length(failure, failures_before, random),
            failure: Arc::clone(failure),
            for_all,
            failures_before,
        }
    }

    /// After another process was given this failure; `left` is what it has left of its cooldown.
    pub(super) fn elsewhere(
        former: Option<&Self>,
        failure: &Arc<Failure>,
        left: Duration,
        now: Now,
    ) -> Self {
        Self {
            // It was one more in a row: else each process would begin with the shortest.
            failures_before: former.map_or(0, |c| c.failures_before.saturating_add(1)),
            ..Self::until(now.boot + left.min(MAX_RETRY_AFTER), Arc::clone(failure))
        }
    }

    pub(super) fn left(&self, now: Now) -> Duration {
        self.until.saturating_sub(now.boot)
    }

    pub(super) fn left_ms(&self, now: Now) -> i64 {
        millis_until(self.until, now)
    }
}

/// Rounded up: a caller that waits as long as it was told finds the cooldown over.
pub(super) fn millis_until(until: Duration, now: Now) -> i64 {
    let left = until.saturating_sub(now.boot);
    i64::try_from(left.as_micros().div_ceil(1000)).unwrap_or(i64::MAX)
}

fn length(failure: &Failure, failures_before: u32, random: f64) -> Duration {
    use Status as S;
    let asked = u64::try_from(failure.retry_after_ms)
        .ok()
        .filter(|ms| *ms > 0)
        .map(|ms| Duration::from_millis(ms).min(MAX_RETRY_AFTER));
    let may_ask =
        failure.status == S::MOMO_RATE_LIMITED || matches!(failure.http_status, 502..=504);
    match failure.status {
        S::MOMO_UNAUTHORIZED | S::MOMO_SUBSCRIPTION_KEY_REFUSED | S::MOMO_FORBIDDEN => MAX_COOLDOWN,
        _ => asked.filter(|_| may_ask).unwrap_or_else(|| {
            let doubled = MIN_COOLDOWN.saturating_mul(1 << failures_before.min(8));
            // Half of it at random: callers that failed together come back apart.
            doubled.min(MAX_COOLDOWN).mul_f64(0.5 + random / 2.0)
        }),
    }
}
