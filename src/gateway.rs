//! The operation CreateAccessToken: one request, retried if that can help, within its deadline.
//!
//! Knows HTTP and the gateway, and no cache.

mod advice;
mod authentication;
mod buffers;
mod error_response;
mod framing;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
#[cfg(test)]
mod proxy_tests;
mod response;
mod retry;
#[cfg(test)]
mod test_caller;
#[cfg(test)]
pub(crate) mod test_peer;
mod transport;
mod ureq_connection;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::config::Settings;
use crate::net::Limits;
use crate::sys::random;
use crate::{
    CallLog, Cancellation, Deadline, Failure, Level, Now, Phase, Progress, Stats, Status, Token,
};

pub(crate) use authentication::Authentication;
use retry::{AttemptError, Retry};
pub(crate) use transport::{Transport, fill_lazy_cells};

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

impl TokenRequest<'_> {
    pub(crate) fn send(mut self) -> Result<IssuedToken, Failure> {
        let authentication = self.authentication;
        let keys = &*authentication.credentials.subscription_keys;
        let mut key = self.key.min(keys.len() - 1);
        let mut sent = &keys[key..=key];
        let mut earlier_response: Option<Failure> = None;
        let mut attempt = 1;
        loop {
            let error = match self.attempt(key, attempt) {
                Ok(token) => {
                    if sent.len() > 1 && key == 1 {
                        self.log.record(Level::WARNING, || {
                            "the primary subscription key was refused and the secondary used; \
                             replace subscription_key"
                                .to_owned()
                        });
                    }
                    return Ok(IssuedToken { token, key });
                }
                Err(error) => error,
            };
            if error.failure.status == Status::MOMO_CANCELLED {
                return Err(error.failure);
            }
            // They come in pairs: the other is tried once if one is refused.
            if error.retry == Retry::WithOtherKey && sent.len() < keys.len() {
                (key, sent) = (1 - key, keys);
                continue;
            }
            let backoff = self.backoff(&error, attempt);
            // A response says more than that there was none the next time.
            let failure = match &earlier_response {
                Some(earlier) if error.failure.status == Status::MOMO_TIMED_OUT => earlier.clone(),
                _ => error.failure,
            };
            let Some(backoff) = backoff else {
                let of_attempts = format!(" of {}", self.attempts);
                return Err(authentication.complete(failure, sent, self.progress, &of_attempts));
            };
            let ms = backoff.as_millis();
            self.log
                .record(Level::INFORMATION, || format!("trying again in {ms} ms"));
            if failure.http_status != 0 {
                earlier_response = Some(failure);
            }
            self.progress.enter(Phase::Backoff);
            self.cancellation.sleep(backoff)?;
            self.stats.retries.add_one();
            attempt += 1;
        }
    }

    fn attempt(&mut self, key: usize, number: u32) -> Result<Token, AttemptError> {
        let authentication = self.authentication;
        self.progress.begin_attempt(number);
        self.log.record(Level::DEBUG, || {
            let (attempts, context) = (self.attempts, &authentication.context);
            format!("attempt {number} of {attempts}: {context}")
        });
        let (began, issued) = (Instant::now(), Now::read());
        let attempt_deadline = Deadline::after(self.settings.attempt_timeout);
        let limits = Limits {
            deadline: self.deadline.min(attempt_deadline),
            cancellation: Arc::clone(self.cancellation),
            progress: Arc::clone(self.progress),
        };
        let request = || authentication.request(key, self.keep_connection);
        let response = self.transport.post(request, &limits);
        let token = response
            .map_err(|error| AttemptError {
                failure: error.failure(&authentication.redactor),
                retry: match error.is_retryable() {
                    true => Retry::Later,
                    false => Retry::Never,
                },
            })
            .and_then(|response| response::read(&response, issued, authentication))
            .and_then(response::check_not_ended);
        let (level, line) = match &token {
            Ok(_) => (Level::INFORMATION, "the gateway issued a token"),
            Err(error) => (Level::WARNING, &*error.failure.message),
        };
        self.log.record(level, || line.to_owned());
        let token = token.map_err(|error| match self.cancellation.is_cancelled() {
            true => Failure::cancelled().into(),
            false => error,
        });
        let status = token.as_ref().err().map(|error| error.failure.status);
        self.stats.request_ended(status, began.elapsed());
        token
    }

    /// How long to wait before the next attempt; None if there is to be none.
    fn backoff(&self, error: &AttemptError, attempt: u32) -> Option<Duration> {
        let is_over = attempt >= self.attempts || self.deadline.is_used_up();
        if error.retry != Retry::Later || is_over {
            return None;
        }
        let named = u64::try_from(error.failure.retry_after_ms).unwrap_or(0);
        // A time of zero, or a date that has passed, must not mean a retry at once.
        let backoff = retry::backoff(attempt, random::unit()).max(Duration::from_millis(named));
        (backoff < self.deadline.left()).then_some(backoff)
    }
}

#[cfg(test)]
mod tests;
