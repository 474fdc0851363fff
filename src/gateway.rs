//! The operation CreateAccessToken: one request, repeated where that can help, in the time given.
//!
//! Knows HTTP and the gateway, and no cache.

mod answer;
mod broken;
mod json;
mod keys;
mod lifetime;
mod refusal;
mod request;
mod resolver;
pub(crate) mod retry;
mod socket;
mod tls;
mod transport;
mod trust;
mod tunnel;
mod wire;

use std::time::{Duration, Instant};

use crate::cancel::Cancel;
use crate::clock::Now;
use crate::config::{ProxyUrl, Settings};
use crate::error::{Failure, Status};
use crate::log::{Journal, Level};
use crate::redact::Redactor;
use crate::token::Token;

use broken::{Broken, Cause, Phase};
use keys::Keys;
use refusal::Refusal;
use request::Template;
use transport::{Budget, Transport};

pub(crate) struct Gateway {
    template: Template,
    transport: Transport,
    redactor: Redactor,
    attempt_timeout: Duration,
    connect_timeout: Duration,
    /// Whom a message names: host, proxy, the end of the API user.
    who: String,
}

/// One caller's request to the gateway.
pub(crate) struct Call<'a> {
    pub(crate) deadline: Instant,
    pub(crate) attempts: u32,
    /// Whether the connection is kept for a next one soon.
    pub(crate) keep_connection: bool,
    /// The subscription key to begin with: 0 the primary, 1 the secondary.
    pub(crate) key: usize,
    pub(crate) cancel: &'a Cancel,
    pub(crate) journal: &'a mut Journal,
}

pub(crate) struct Success {
    pub(crate) token: Token,
    /// The subscription key that worked.
    pub(crate) key: usize,
}

pub(crate) struct Failed {
    pub(crate) failure: Failure,
    /// The caller's own time was up, or the caller was cancelled: that says nothing to others.
    pub(crate) own: bool,
}

/// What an attempt that brought no token leaves behind.
struct Miss {
    failure: Failure,
    may_pass: bool,
    wait: Option<Duration>,
    cause: Option<Cause>,
}

impl Gateway {
    /// Touches no network. Refuses a trust store that cannot be used.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Failure> {
        let via = settings.proxy.as_ref().map(ProxyUrl::authority);
        let who = format!(
            "host {}{}, API user {}",
            settings.base_url.authority(),
            via.map(|p| format!(" by way of proxy {p}"))
                .unwrap_or_default(),
            tail(settings.api_user.expose())
        );
        Ok(Self {
            template: Template::new(settings)?,
            transport: Transport::new(settings, trust::store(&settings.ca)?)?,
            redactor: settings.redactor(),
            attempt_timeout: settings.attempt_timeout,
            connect_timeout: settings.connect_timeout,
            who,
        })
    }

    /// Ends the network I/O of calls in progress.
    pub(crate) fn cancel(&self) {
        self.transport.cancel();
    }

    pub(crate) fn create_token(&self, mut call: Call) -> Result<Success, Failed> {
        let start = Instant::now();
        let mut keys = Keys::starting_with(call.key, self.template.keys());
        let mut stale = false;
        let mut answered: Option<Failure> = None;
        let mut attempt = 1;
        loop {
            let left = call.deadline.saturating_duration_since(Instant::now());
            let miss = match self.attempt(&mut call, keys.current, left, attempt) {
                Ok(token) => {
                    keys.report(call.journal);
                    let key = keys.current;
                    return Ok(Success { token, key });
                }
                Err(miss) => miss,
            };
            let name = |failure: Failure| self.name(failure, attempt, call.attempts, start);
            if call.cancel.is_cancelled() {
                return Err(own(Failure::cancelled()));
            }
            let timed_out = miss.failure.status == Status::MOMO_TIMED_OUT;
            if timed_out && answered.is_none() && out_of_time(&call) {
                return Err(own(name(miss.failure)));
            }
            if miss.failure.status == Status::MOMO_SUBSCRIPTION_KEY_REFUSED && keys.other() {
                continue;
            }
            if miss.cause == Some(Cause::Stale) && !stale {
                // A kept connection that had died meanwhile is no attempt.
                stale = true;
                continue;
            }
            let pause = pause(&miss, attempt, &call);
            // An answer says more than that there was none the next time.
            let failure = match &answered {
                Some(earlier) if timed_out => earlier.clone(),
                _ => miss.failure,
            };
            let Some(pause) = pause else {
                return Err(shared(name(failure)));
            };
            call.journal.note(Level::Information, || {
                format!("trying again in {} ms", pause.as_millis())
            });
            if failure.http_status != 0 {
                answered = Some(failure);
            }
            if !call.cancel.sleep(pause) {
                return Err(own(Failure::cancelled()));
            }
            attempt += 1;
        }
    }

    fn attempt(
        &self,
        call: &mut Call,
        key: usize,
        left: Duration,
        number: u32,
    ) -> Result<Token, Miss> {
        let attempt = left.min(self.attempt_timeout);
        let budget = Budget {
            attempt,
            connect: attempt.min(self.connect_timeout),
        };
        call.journal.note(Level::Debug, || {
            format!("attempt {number} of {}: {}", call.attempts, self.who)
        });
        let issued = Now::read();
        let request = self.template.request(key, call.keep_connection);
        let outcome = if attempt.is_zero() {
            Ok(Err(Broken::timed_out(Phase::Connect)))
        } else {
            self.transport.post(request, budget)
        };
        let miss = match outcome {
            Ok(Ok(answer)) => match answer::read(&answer, issued, &self.redactor) {
                Ok(token) => {
                    call.journal.note(Level::Information, || {
                        "the gateway issued a token".to_owned()
                    });
                    return Ok(token);
                }
                Err(refusal) => Miss::from(refusal),
            },
            Ok(Err(broken)) => self.broken(&broken),
            Err(failure) => Miss {
                failure,
                may_pass: false,
                wait: None,
                cause: None,
            },
        };
        call.journal
            .note(Level::Warning, || miss.failure.to_string());
        Err(miss)
    }

    fn broken(&self, broken: &Broken) -> Miss {
        Miss {
            failure: Failure::new(broken.status(), broken.say(&self.redactor)),
            may_pass: broken.may_pass(),
            wait: None,
            cause: Some(broken.cause),
        }
    }

    /// Says who, how often and how long, which only the whole call knows.
    fn name(&self, failure: Failure, attempt: u32, attempts: u32, start: Instant) -> Failure {
        Failure {
            message: format!(
                "{} [{}, attempt {attempt} of {attempts}, {} ms]",
                failure.message,
                self.who,
                start.elapsed().as_millis()
            ),
            ..failure
        }
    }
}

/// How long to wait before the next attempt; None where there is to be none.
fn pause(miss: &Miss, attempt: u32, call: &Call) -> Option<Duration> {
    if !miss.may_pass || attempt >= call.attempts {
        return None;
    }
    let pause = miss
        .wait
        .unwrap_or_else(|| retry::pause(attempt, retry::random()));
    let left = call.deadline.saturating_duration_since(Instant::now());
    (pause < left).then_some(pause)
}

fn out_of_time(call: &Call) -> bool {
    // The last milliseconds are lost between the time-out and here.
    const GRAIN: Duration = Duration::from_millis(2);
    call.deadline.saturating_duration_since(Instant::now()) <= GRAIN
}

fn own(failure: Failure) -> Failed {
    Failed { failure, own: true }
}

/// What the gateway said, or that no attempt reached it, is true for all who wait; a bug that one
/// caller ran into is its own.
fn shared(failure: Failure) -> Failed {
    Failed {
        own: failure.status == Status::MOMO_INTERNAL,
        failure,
    }
}

/// Enough of the user to know which, too little to be it.
fn tail(user: &str) -> String {
    const SHOWN: usize = 4;
    let length = user.chars().count();
    if length < 3 * SHOWN {
        return "…".to_owned();
    }
    let tail: String = user.chars().skip(length - SHOWN).collect();
    format!("…{tail}")
}

impl From<Refusal> for Miss {
    fn from(refusal: Refusal) -> Self {
        let wait = u64::try_from(refusal.failure.retry_after_ms).ok();
        Self {
            failure: refusal.failure,
            may_pass: refusal.may_pass,
            wait: wait.map(Duration::from_millis),
            cause: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_of_ours_is_told_to_nobody_else() {
        assert!(shared(Failure::internal("x")).own);
        assert!(!shared(Failure::new(Status::MOMO_SERVER_ERROR, "x")).own);
    }
}
