//! The operation CreateAccessToken: one request, retried where that can help, within its deadline.
//!
//! Knows HTTP and the gateway, and no cache.

mod advice;
mod attempt_error;
mod authentication;
mod buffers;
mod error_response;
mod firewall;
mod framing;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod json;
mod lifetime;
#[cfg(test)]
mod proxy_tests;
mod request;
mod response;
mod retry;
mod subscription_key;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod test_caller;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
pub(crate) mod test_peer;
mod transport;
mod ureq_connection;

use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::http::Request;

use crate::cancellation::Cancellation;
use crate::clock::Now;
use crate::config::Settings;
use crate::credentials::redact::Redactor;
use crate::deadline::Deadline;
use crate::error::{Failure, Status};
use crate::log::{CallLog, Level};
use crate::net::connection::Limits;
use crate::net::progress::{Phase, Progress};
use crate::net::transport_error::TransportError;
use crate::stats::Stats;
use crate::sys::random;
use crate::token::Token;

use attempt_error::{AttemptError, Retry, check_not_ended};
pub(crate) use authentication::{Authentication, CurrentAuthentication};
use subscription_key::SubscriptionKeyChoice;
use transport::Response;
pub(crate) use transport::Transport;

/// What one caller wants of the gateway.
pub(crate) struct TokenRequest<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) authentication: &'a Authentication,
    pub(crate) transport: &'a Transport,
    pub(crate) deadline: Deadline,
    pub(crate) attempts: u32,
    /// Whether the connection is kept for a next request soon.
    pub(crate) keep_connection: bool,
    /// The subscription key to begin with: 0 the primary, 1 the secondary.
    pub(crate) key: usize,
    pub(crate) cancellation: &'a Arc<Cancellation>,
    pub(crate) progress: &'a Arc<Progress>,
    pub(crate) stats: &'a Stats,
    pub(crate) log: &'a mut CallLog,
}

pub(crate) struct IssuedToken {
    pub(crate) token: Token,
    /// The subscription key that worked.
    pub(crate) key: usize,
}

/// Fills what ureq fills at its first request, before there can be a fork.
pub(crate) fn fill_lazy_cells() {
    transport::fill_lazy_cells();
}

impl TokenRequest<'_> {
    /// Sends the request, and sends it again where that can help.
    pub(crate) fn send(mut self) -> Result<IssuedToken, Failure> {
        let authentication = self.authentication;
        let count = authentication.credentials.subscription_keys.len();
        let mut keys = SubscriptionKeyChoice::starting_with(self.key, count);
        let mut earlier_response: Option<Failure> = None;
        let mut attempt = 1;
        loop {
            self.progress.begin_attempt(attempt);
            let began = Instant::now();
            let error = match self.attempt(keys.current, attempt) {
                Ok(token) => {
                    self.stats.request_ended(None, began.elapsed());
                    keys.log_switch(self.log);
                    let key = keys.current;
                    return Ok(IssuedToken { token, key });
                }
                Err(error) => error,
            };
            let cancelled = self.cancellation.is_cancelled();
            let status = if cancelled {
                Status::MOMO_CANCELLED
            } else {
                error.failure.status
            };
            self.stats.request_ended(Some(status), began.elapsed());
            if cancelled {
                return Err(Failure::cancelled());
            }
            let in_full = |failure: Failure, keys: &SubscriptionKeyChoice| {
                let (progress, attempts) = (&self.progress, self.attempts);
                authentication
                    .advice
                    .complete(failure, keys, progress, attempts)
            };
            let timed_out = error.failure.status == Status::MOMO_TIMED_OUT;
            if timed_out && earlier_response.is_none() && self.deadline.is_used_up() {
                return Err(in_full(error.failure, &keys));
            }
            if error.retry == Retry::WithOtherKey && keys.switch() {
                continue;
            }
            let backoff = self.backoff(&error, attempt);
            // A response says more than that there was none the next time.
            let failure = match &earlier_response {
                Some(earlier) if timed_out => earlier.clone(),
                _ => error.failure,
            };
            let Some(backoff) = backoff else {
                return Err(in_full(failure, &keys));
            };
            self.log.record(Level::Information, || {
                format!("trying again in {} ms", backoff.as_millis())
            });
            if failure.http_status != 0 {
                earlier_response = Some(failure);
            }
            self.progress.enter(Phase::Backoff);
            if !self.cancellation.sleep(backoff) {
                return Err(Failure::cancelled());
            }
            self.stats.retries.add_one();
            attempt += 1;
        }
    }

    fn attempt(&mut self, key: usize, number: u32) -> Result<Token, AttemptError> {
        let Authentication {
            template,
            redactor,
            advice,
            ..
        } = self.authentication;
        self.log.record(Level::Debug, || {
            format!("attempt {number} of {}: {}", self.attempts, advice.context)
        });
        let issued = Now::read();
        let token = self
            .post(|| template.request(key, self.keep_connection))
            .map_err(|error| transport_failed(&error, redactor))
            .and_then(|response| response::read(&response, issued, redactor, advice))
            .and_then(check_not_ended);
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

    fn post(&self, request: impl Fn() -> Request<()>) -> Result<Response, TransportError> {
        let Settings {
            attempt_timeout,
            connect_timeout,
            ..
        } = *self.settings;
        let now = Deadline::now();
        let limits = Limits {
            deadline: self.deadline.min(now + attempt_timeout),
            cancellation: Arc::clone(self.cancellation),
            progress: Arc::clone(self.progress),
        };
        if limits.deadline <= now {
            return Err(limits.timed_out());
        }
        let connect = limits.deadline.min(now + connect_timeout);
        self.transport.post(request, &limits, connect)
    }

    fn time_left(&self) -> Duration {
        self.deadline.left()
    }

    /// How long to wait before the next attempt; None where there is to be none.
    fn backoff(&self, error: &AttemptError, attempt: u32) -> Option<Duration> {
        if error.retry != Retry::Later || attempt >= self.attempts {
            return None;
        }
        let backoff = error
            .retry_after()
            .unwrap_or_else(|| retry::backoff(attempt, random::unit()));
        (backoff < self.time_left()).then_some(backoff)
    }
}

fn transport_failed(error: &TransportError, redactor: &Redactor) -> AttemptError {
    AttemptError {
        failure: Failure::new(error.status(), error.message(redactor)),
        retry: if error.is_retryable() {
            Retry::Later
        } else {
            Retry::Never
        },
    }
}

#[cfg(test)]
#[path = "gateway/send_tests.rs"]
mod tests;
