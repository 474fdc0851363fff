//! The operation CreateAccessToken: one request, retried where that can help, within its deadline.
//!
//! Knows HTTP and the gateway, and no cache.

mod advice;
mod attempt_error;
mod authentication;
mod error_response;
mod firewall;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod json;
mod lifetime;
mod phase_tracking;
mod request;
mod response;
pub(crate) mod retry;
mod subscription_key;
mod tcp;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod test_caller;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod test_peer;
mod tls;
mod transport;
mod tunnel;
mod ureq_error;

use std::time::{Duration, Instant};

use crate::cancellation::Cancellation;
use crate::clock::Now;
use crate::config::Settings;
use crate::error::{Failure, Status};
use crate::log::{CallLog, Level};
use crate::net::transport_error::{Kind, Phase, TransportError};
use crate::redact::Redactor;
use crate::stats::Stats;
use crate::token::Token;

use attempt_error::{AttemptError, check_not_ended};
pub(crate) use authentication::Authentication;
use subscription_key::SubscriptionKeyChoice;
use transport::Budget;
pub(crate) use transport::Transport;

/// A kept connection that had been closed meanwhile is no attempt, nor is a resumed session whose
/// certificate has ended: a call may meet the one and then the other.
const MOST_REPLACED: u32 = 2;

/// What one caller wants of the gateway.
pub(crate) struct TokenRequest<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) authentication: &'a Authentication,
    pub(crate) transport: &'a Transport,
    pub(crate) deadline: Instant,
    pub(crate) attempts: u32,
    /// Whether the connection is kept for a next request soon.
    pub(crate) keep_connection: bool,
    /// The subscription key to begin with: 0 the primary, 1 the secondary.
    pub(crate) key: usize,
    pub(crate) cancellation: &'a Cancellation,
    pub(crate) stats: &'a Stats,
    pub(crate) log: &'a mut CallLog,
}

pub(crate) struct IssuedToken {
    pub(crate) token: Token,
    /// The subscription key that worked.
    pub(crate) key: usize,
}

pub(crate) struct RequestError {
    pub(crate) failure: Failure,
    /// Whether it holds for every caller: not where this caller's own time was up, or where it was
    /// cancelled.
    pub(crate) shared: bool,
}

impl RequestError {
    pub(crate) fn not_shared(failure: Failure) -> Self {
        Self {
            failure,
            shared: false,
        }
    }

    /// What the gateway said, or that no attempt reached it, holds for all who wait; a bug that one
    /// caller ran into does not.
    fn shared(failure: Failure) -> Self {
        Self {
            shared: failure.status != Status::MOMO_INTERNAL,
            failure,
        }
    }
}

/// Fills what ureq fills at its first request, before there can be a fork.
pub(crate) fn fill_lazy_cells() {
    transport::fill_lazy_cells();
}

impl TokenRequest<'_> {
    /// Sends the request, and sends it again where that can help.
    pub(crate) fn send(mut self) -> Result<IssuedToken, RequestError> {
        let start = Instant::now();
        let authentication = self.authentication;
        let count = authentication.credentials.subscription_keys.len();
        let mut keys = SubscriptionKeyChoice::starting_with(self.key, count);
        let mut replaced_connections = 0;
        let mut earlier_response: Option<Failure> = None;
        let mut attempt = 1;
        loop {
            let began = Instant::now();
            let left = self.deadline.saturating_duration_since(began);
            let error = match self.attempt(keys.current, left, attempt) {
                Ok(token) => {
                    self.stats.request_ended(None, began.elapsed());
                    keys.log_switch(self.log);
                    let key = keys.current;
                    return Ok(IssuedToken { token, key });
                }
                Err(error) => error,
            };
            let outlived = matches!(
                error.transport,
                Some(Kind::KeptConnectionClosed | Kind::SessionEnded)
            );
            if outlived && replaced_connections < MOST_REPLACED {
                replaced_connections += 1;
                continue;
            }
            let cancelled = self.cancellation.is_cancelled();
            let status = if cancelled {
                Status::MOMO_CANCELLED
            } else {
                error.failure.status
            };
            self.stats.request_ended(Some(status), began.elapsed());
            if cancelled {
                return Err(RequestError::not_shared(Failure::cancelled()));
            }
            let in_full = |failure: Failure, keys: &SubscriptionKeyChoice| {
                let progress = format!(
                    "attempt {attempt} of {}, {} ms",
                    self.attempts,
                    start.elapsed().as_millis()
                );
                authentication.advice.complete(failure, keys, &progress)
            };
            let timed_out = error.failure.status == Status::MOMO_TIMED_OUT;
            if timed_out && earlier_response.is_none() && self.is_out_of_time() {
                return Err(RequestError::not_shared(in_full(error.failure, &keys)));
            }
            if error.failure.status == Status::MOMO_SUBSCRIPTION_KEY_REFUSED && keys.switch() {
                continue;
            }
            let backoff = self.backoff(&error, attempt);
            // A response says more than that there was none the next time.
            let failure = match &earlier_response {
                Some(earlier) if timed_out => earlier.clone(),
                _ => error.failure,
            };
            let Some(backoff) = backoff else {
                return Err(RequestError::shared(in_full(failure, &keys)));
            };
            self.log.record(Level::Information, || {
                format!("trying again in {} ms", backoff.as_millis())
            });
            if failure.http_status != 0 {
                earlier_response = Some(failure);
            }
            if !self.cancellation.sleep(backoff) {
                return Err(RequestError::not_shared(Failure::cancelled()));
            }
            self.stats.retry_began();
            attempt += 1;
        }
    }

    fn attempt(&mut self, key: usize, left: Duration, number: u32) -> Result<Token, AttemptError> {
        let Authentication {
            template,
            redactor,
            advice,
            ..
        } = self.authentication;
        let attempt = left.min(self.settings.attempt_timeout);
        let budget = Budget {
            attempt,
            connect: attempt.min(self.settings.connect_timeout),
        };
        self.log.record(Level::Debug, || {
            format!("attempt {number} of {}: {}", self.attempts, advice.context)
        });
        let issued = Now::read();
        let outcome = if attempt.is_zero() {
            Ok(Err(TransportError::timed_out(Phase::Connect)))
        } else {
            let http = template.request(key, self.keep_connection);
            self.transport.post(http, budget)
        };
        let token = match outcome {
            Ok(Ok(response)) => response::read(&response, issued, redactor, advice)
                .map_err(AttemptError::from)
                .and_then(check_not_ended),
            Ok(Err(error)) => Err(transport_failed(&error, redactor)),
            Err(failure) => Err(AttemptError {
                failure,
                retryable: false,
                retry_after: None,
                transport: None,
            }),
        };
        match &token {
            Ok(_) => self.log.record(Level::Information, || {
                "the gateway issued a token".to_owned()
            }),
            Err(error) => self
                .log
                .record(Level::Warning, || error.failure.to_string()),
        }
        token
    }

    fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    fn is_out_of_time(&self) -> bool {
        // The last milliseconds are lost between the time-out and here.
        const GRAIN: Duration = Duration::from_millis(2);
        self.time_left() <= GRAIN
    }

    /// How long to wait before the next attempt; None where there is to be none.
    fn backoff(&self, error: &AttemptError, attempt: u32) -> Option<Duration> {
        if !error.retryable || attempt >= self.attempts {
            return None;
        }
        let backoff = error
            .retry_after
            .unwrap_or_else(|| retry::backoff(attempt, retry::random()));
        (backoff < self.time_left()).then_some(backoff)
    }
}

fn transport_failed(error: &TransportError, redactor: &Redactor) -> AttemptError {
    AttemptError {
        failure: Failure::new(error.status(), error.message(redactor)),
        retryable: error.is_retryable(),
        retry_after: None,
        transport: Some(error.kind),
    }
}

#[cfg(test)]
#[path = "gateway/send_tests.rs"]
mod tests;
