//! Counters of an entry's requests. A fresh token changes none.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Duration;

use crate::{Now, Status};

/// Counters of a client's requests and token.
///
/// You own it. Free it with momo_free_stats(). New versions may add fields at the end, so do not
/// copy the struct by value.
///
/// Equal clients that use one token have the same counters. The counters begin at 0 with the first
/// of these clients. They go on in a forked child, and after credentials in files have changed.
/// `requests` is the sum of `tokens_issued`, the failures and the cancelled requests.
///
/// @since 0.1.0
/// @ingroup momo_stats
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Default)]
pub struct momo_stats {
    /// HTTP requests to the gateway that have ended. Each retry counts.
    pub requests: i64,
    /// Requests that returned a token.
    pub tokens_issued: i64,
    /// Requests that failed with MOMO_RESOLVE_FAILED to MOMO_CONNECTION_LOST.
    pub network_failures: i64,
    /// Requests that failed with MOMO_UNAUTHORIZED to MOMO_FORBIDDEN.
    pub credential_failures: i64,
    /// Requests that failed with MOMO_RATE_LIMITED.
    pub rate_limit_failures: i64,
    /// Requests that failed with MOMO_SERVER_ERROR.
    pub server_failures: i64,
    /// Requests that failed with MOMO_UNEXPECTED_STATUS or MOMO_INVALID_RESPONSE.
    pub response_failures: i64,
    /// Requests that repeated one that failed.
    pub retries: i64,
    /// Refreshes of a stale token.
    pub refreshes: i64,
    /// Refreshes that failed. The token at hand stayed in use.
    pub failed_refreshes: i64,
    /// Calls that had to wait for a request of the library, also if they gave up. Calls with
    /// `timeout_ms` 0 that look again count as one per request. A call that makes the request on its
    /// own thread does not count.
    pub waits: i64,
    /// Longest of these waits, in milliseconds.
    pub longest_wait_ms: i64,
    /// Tokens that momo_invalidate_token() invalidated.
    pub invalidations: i64,
    /// Duration of the last request in milliseconds; -1 before the first.
    pub last_request_ms: i64,
    /// Status of the last failed request, a momo_status; MOMO_OK (0) if none failed.
    pub last_failure_status: i64,
    /// Unix time in seconds of the last failure; 0 if none failed.
    pub last_failure_at: i64,
    /// Seconds left of the current token; 0 if there is none.
    pub token_expires_in: i64,
    /// Milliseconds left of the cooldown after a failure; 0 if there is none.
    pub cooldown_ms: i64,
    /// Tokens of other processes taken from a directory or a Redis server (see the option `cache`).
    pub tokens_adopted: i64,
    /// Origin of the current token: a #momo_token_origin.
    pub token_origin: i64,
}

/// The counters among the fields above, as numbers that threads add to: one value that is replaced
/// as a whole takes seconds if ten thousand waiters wake up together. A forked child goes on from
/// its parent's numbers.
macro_rules! counters {
    ($($name:ident)*) => {
        #[derive(Default)]
        pub(crate) struct Stats {
            $(pub(crate) $name: Counter,)*
        }

        impl Stats {
            /// The counters at one moment, without what is known of the current token.
            pub(crate) fn snapshot(&self) -> momo_stats {
                let mut now = momo_stats {
                    $($name: self.$name.0.load(Relaxed),)*
                    ..momo_stats::default()
                };
                // See request_ended.
                now.last_request_ms -= 1;
                now
            }
        }
    };
}

counters! {
    requests tokens_issued tokens_adopted
    network_failures credential_failures rate_limit_failures server_failures response_failures
    retries refreshes failed_refreshes waits longest_wait_ms invalidations
    last_request_ms last_failure_status last_failure_at
}

#[derive(Default)]
pub(crate) struct Counter(AtomicI64);

impl Counter {
    pub(crate) fn add_one(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    fn set(&self, value: i64) {
        self.0.store(value, Relaxed);
    }
}

impl Stats {
    /// A request reached its end; None as its failure if it brought a token.
    pub(crate) fn request_ended(&self, failure: Option<Status>, took: Duration) {
        self.requests.add_one();
        // One more, so that 0 is before the first request.
        self.last_request_ms.set(took.as_millis() as i64 + 1);
        let Some(status) = failure else {
            return self.tokens_issued.add_one();
        };
        if let Some(failures) = self.failures(status) {
            failures.add_one();
            self.last_failure_status.set(status as i64);
            self.last_failure_at.set(Now::read().wall.as_secs() as i64);
        }
    }

    /// None for what says nothing about the gateway: a cancelled call, a bug.
    fn failures(&self, status: Status) -> Option<&Counter> {
        match status as i32 {
            10..=14 => Some(&self.network_failures),
            20..=22 => Some(&self.credential_failures),
            23 => Some(&self.rate_limit_failures),
            24 => Some(&self.server_failures),
            25 | 26 => Some(&self.response_failures),
            _ => None,
        }
    }

    pub(crate) fn waited(&self, time: Duration) {
        self.waits.add_one();
        let millis = time.as_millis() as i64;
        self.longest_wait_ms.0.fetch_max(millis, Relaxed);
    }
}

#[cfg(test)]
mod tests;
