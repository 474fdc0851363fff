//! The operation CreateAccessToken: one request, retried where that can help, within its deadline.
//!
//! Knows HTTP and the gateway, and no cache.

mod advice;
mod attempt_error;
mod crypto;
mod error_response;
mod json;
mod lifetime;
mod phase_tracking;
mod request;
mod resolver;
mod response;
pub(crate) mod retry;
mod subscription_key;
mod tcp;
mod tls;
mod transport;
mod transport_error;
mod trust;
mod tunnel;

use std::time::{Duration, Instant};

use crate::cancellation::Cancellation;
use crate::clock::Now;
use crate::config::Settings;
use crate::error::{Failure, Status};
use crate::log::{CallLog, Level};
use crate::redact::Redactor;
use crate::stats::Stats;
use crate::token::Token;

use advice::Advice;
use attempt_error::{AttemptError, check_not_ended};
use request::RequestTemplate;
use subscription_key::SubscriptionKeyChoice;
use transport::{Budget, Transport};
use transport_error::{Kind, Phase, TransportError};

pub(crate) struct Gateway {
    template: RequestTemplate,
    transport: Transport,
    redactor: Redactor,
    attempt_timeout: Duration,
    connect_timeout: Duration,
    advice: Advice,
}

/// What one caller wants of the gateway.
pub(crate) struct TokenRequest<'a> {
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

/// Fills what ureq fills at its first request, before there can be a fork.
pub(crate) fn fill_lazy_cells() {
    transport::fill_lazy_cells();
}

impl Gateway {
    /// Touches no network. Refuses a trust store that cannot be used.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Failure> {
        Ok(Self {
            template: RequestTemplate::new(settings)?,
            transport: Transport::new(settings, trust::verifier(&settings.ca)?)?,
            redactor: settings.redactor(),
            attempt_timeout: settings.attempt_timeout,
            connect_timeout: settings.connect_timeout,
            advice: Advice::new(settings),
        })
    }

    /// Ends the network I/O of calls in progress.
    pub(crate) fn cancel(&self) {
        self.transport.cancel();
    }

    pub(crate) fn create_token(
        &self,
        mut request: TokenRequest,
    ) -> Result<IssuedToken, RequestError> {
        let start = Instant::now();
        let mut keys = SubscriptionKeyChoice::starting_with(request.key, self.template.keys());
        let mut replaced_connection = false;
        let mut earlier_response: Option<Failure> = None;
        let mut attempt = 1;
        loop {
            let left = time_left(&request);
            let began = Instant::now();
            let error = match self.attempt(&mut request, keys.current, left, attempt) {
                Ok(token) => {
                    request.stats.request_ended(None, began.elapsed());
                    keys.log_switch(request.log);
                    let key = keys.current;
                    return Ok(IssuedToken { token, key });
                }
                Err(error) => error,
            };
            if error.transport == Some(Kind::KeptConnectionClosed) && !replaced_connection {
                // A kept connection that had been closed meanwhile is no attempt.
                replaced_connection = true;
                continue;
            }
            let cancelled = request.cancellation.is_cancelled();
            let status = if cancelled {
                Status::MOMO_CANCELLED
            } else {
                error.failure.status
            };
            request.stats.request_ended(Some(status), began.elapsed());
            if cancelled {
                return Err(not_shared(Failure::cancelled()));
            }
            let in_full = |failure: Failure, keys: &SubscriptionKeyChoice| {
                let progress = format!(
                    "attempt {attempt} of {}, {} ms",
                    request.attempts,
                    start.elapsed().as_millis()
                );
                self.advice.complete(failure, keys, &progress)
            };
            let timed_out = error.failure.status == Status::MOMO_TIMED_OUT;
            if timed_out && earlier_response.is_none() && is_out_of_time(&request) {
                return Err(not_shared(in_full(error.failure, &keys)));
            }
            if error.failure.status == Status::MOMO_SUBSCRIPTION_KEY_REFUSED && keys.switch() {
                continue;
            }
            let backoff = backoff(&error, attempt, &request);
            // A response says more than that there was none the next time.
            let failure = match &earlier_response {
                Some(earlier) if timed_out => earlier.clone(),
                _ => error.failure,
            };
            let Some(backoff) = backoff else {
                return Err(shared(in_full(failure, &keys)));
            };
            request.log.record(Level::Information, || {
                format!("trying again in {} ms", backoff.as_millis())
            });
            if failure.http_status != 0 {
                earlier_response = Some(failure);
            }
            if !request.cancellation.sleep(backoff) {
                return Err(not_shared(Failure::cancelled()));
            }
            request.stats.retry_began();
            attempt += 1;
        }
    }

    fn attempt(
        &self,
        request: &mut TokenRequest,
        key: usize,
        left: Duration,
        number: u32,
    ) -> Result<Token, AttemptError> {
        let attempt = left.min(self.attempt_timeout);
        let budget = Budget {
            attempt,
            connect: attempt.min(self.connect_timeout),
        };
        request.log.record(Level::Debug, || {
            format!(
                "attempt {number} of {}: {}",
                request.attempts, self.advice.context
            )
        });
        let issued = Now::read();
        let outcome = if attempt.is_zero() {
            Ok(Err(TransportError::timed_out(Phase::Connect)))
        } else {
            let http = self.template.request(key, request.keep_connection);
            self.transport.post(http, budget, request.cancellation)
        };
        let token = match outcome {
            Ok(Ok(response)) => response::read(&response, issued, &self.redactor, &self.advice)
                .map_err(AttemptError::from)
                .and_then(check_not_ended),
            Ok(Err(error)) => Err(self.transport_failed(&error)),
            Err(failure) => Err(AttemptError {
                failure,
                retryable: false,
                retry_after: None,
                transport: None,
            }),
        };
        match &token {
            Ok(_) => request.log.record(Level::Information, || {
                "the gateway issued a token".to_owned()
            }),
            Err(error) => request
                .log
                .record(Level::Warning, || error.failure.to_string()),
        }
        token
    }

    fn transport_failed(&self, error: &TransportError) -> AttemptError {
        AttemptError {
            failure: Failure::new(error.status(), error.message(&self.redactor)),
            retryable: error.is_retryable(),
            retry_after: None,
            transport: Some(error.kind),
        }
    }
}

fn time_left(request: &TokenRequest) -> Duration {
    request.deadline.saturating_duration_since(Instant::now())
}

/// How long to wait before the next attempt; None where there is to be none.
fn backoff(error: &AttemptError, attempt: u32, request: &TokenRequest) -> Option<Duration> {
    if !error.retryable || attempt >= request.attempts {
        return None;
    }
    let backoff = error
        .retry_after
        .unwrap_or_else(|| retry::backoff(attempt, retry::random()));
    (backoff < time_left(request)).then_some(backoff)
}

fn is_out_of_time(request: &TokenRequest) -> bool {
    // The last milliseconds are lost between the time-out and here.
    const GRAIN: Duration = Duration::from_millis(2);
    time_left(request) <= GRAIN
}

fn not_shared(failure: Failure) -> RequestError {
    RequestError {
        failure,
        shared: false,
    }
}

/// What the gateway said, or that no attempt reached it, holds for all who wait; a bug that one
/// caller ran into does not.
fn shared(failure: Failure) -> RequestError {
    RequestError {
        shared: failure.status != Status::MOMO_INTERNAL,
        failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_of_this_library_is_not_shared_with_waiters() {
        assert!(!shared(Failure::internal("x")).shared);
        assert!(shared(Failure::new(Status::MOMO_SERVER_ERROR, "x")).shared);
    }
}
