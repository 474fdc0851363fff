//! One request for an entry's token: credentials, other processes, gateway, entry.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::Fetcher;
use crate::cache::{Entry, Leader, Lock, MAX_COOLDOWN, Plan, Step};
use crate::gateway::{Authentication, IssuedToken, TokenRequest};
use crate::net::Limits;
use crate::sys::random;
use crate::{CallLog, Cancellation, Failure, Level, Now, Progress, Status, Token};

pub(super) struct Request<'a> {
    pub(super) fetcher: &'a Fetcher,
    /// None if nobody waits for the outcome.
    pub(super) leader: Option<&'a Leader>,
    pub(super) plan: Plan,
    pub(super) began: Now,
    pub(super) cancellation: &'a Arc<Cancellation>,
    pub(super) progress: &'a Arc<Progress>,
    pub(super) log: &'a mut CallLog,
}

impl Request<'_> {
    /// Asks for all who wait, in the turn of this lock, or else in one that it takes. When this returns,
    /// the entry knows the outcome. An error is for nobody else: the waiters look at the entry again.
    pub(super) fn run(&mut self, lock: Option<Lock>) -> Result<Step, Arc<Failure>> {
        // The entry goes with the credentials. An error says that the request was cancelled.
        let _ = self.authentication(false);
        let entry = self.fetcher.entry();
        if self.cancellation.is_cancelled() || self.is_abandoned(&entry) {
            return Ok(Step::LookAgain);
        }
        let turn = match lock {
            None => entry.take_turn(&self.plan, self.cancellation, self.progress, self.log),
            taken => ControlFlow::Continue(taken),
        };
        // The lock is kept until the outcome is known to other processes.
        let _lock = match turn {
            ControlFlow::Continue(lock) => lock,
            ControlFlow::Break(step) => return Ok(step),
        };
        let sent = self.send();
        let has_token = matches!(sent, Ok(Step::Token(_)));
        if self.cancellation.is_cancelled() && !has_token {
            return Ok(Step::LookAgain);
        }
        let has_ended = !matches!(sent, Ok(Step::LookAgain));
        let outcome = sent.or_else(|failure| self.failed(&entry, failure));
        // Whoever sees it counted finds the entry changed.
        if self.plan.is_refresh && has_ended {
            entry.stats.refreshes.add_one();
            if !has_token {
                entry.stats.failed_refreshes.add_one();
            }
        }
        outcome
    }

    /// Begins a cooldown.
    pub(super) fn failed(&mut self, entry: &Entry, failure: Failure) -> Result<Step, Arc<Failure>> {
        let is_refresh = self.plan.is_refresh;
        let for_all = !self.plan.is_own_time_out(&failure);
        let failure = Arc::new(failure);
        let (now, random) = (Now::read(), random::unit());
        let is_overtaken = entry.change(|state| {
            let is_overtaken = state.has_token_since(self.began, now);
            // A caller in a hurry must not make others wait, and holds back the next refresh only.
            if !is_overtaken && (for_all || is_refresh) {
                state.failed(&failure, for_all, now, random);
            }
            is_overtaken
        });
        if is_overtaken {
            return Ok(Step::LookAgain);
        }
        const REFRESH_FAILED: &str = "the refresh failed and the token at hand is used on";
        let (level, what) = match is_refresh {
            true => (Level::WARNING, REFRESH_FAILED),
            false => (Level::ERROR, "the request for a token failed"),
        };
        let line = || format!("{what}: {}", failure.message);
        self.log.record(level, line);
        if let Some(others) = entry.processes.as_ref().filter(|_| for_all) {
            let cooldown = entry.state().cooldown(Now::read());
            let limits = self.limits();
            others.tell_failure(&failure, cooldown, &limits, self.log);
        }
        // After a failed refresh whoever waits, waits for more than a refresh.
        if for_all && !is_refresh {
            Ok(Step::Failed(failure))
        } else {
            Err(failure)
        }
    }

    /// Asks the gateway, with retries. When this returns, the entry knows the token it brought.
    pub(super) fn send(&mut self) -> Result<Step, Failure> {
        let mut authentication = self.authentication(false)?;
        let mut is_second = false;
        loop {
            let entry = self.fetcher.entry();
            if self.is_abandoned(&entry) {
                return Ok(Step::LookAgain);
            }
            let request = TokenRequest {
                settings: &self.fetcher.settings,
                authentication: &authentication,
                transport: &self.fetcher.transport,
                deadline: self.plan.deadline,
                attempts: self.plan.attempts,
                // Only after momo_create_token the next request may be soon.
                keep_connection: self.leader.is_none(),
                key: entry.state().key(self.began),
                cancellation: self.cancellation,
                progress: self.progress,
                stats: &entry.stats,
                log: self.log,
            };
            let failure = match request.send() {
                Ok(issued) => return self.store(&entry, issued),
                Err(failure) => failure,
            };
            use Status::{MOMO_SUBSCRIPTION_KEY_REFUSED, MOMO_UNAUTHORIZED};
            let refused = [MOMO_UNAUTHORIZED, MOMO_SUBSCRIPTION_KEY_REFUSED];
            if is_second || !refused.contains(&failure.status) {
                return Err(failure);
            }
            // What is in the files may be newer than what was refused.
            let newer = self.authentication(true)?;
            if Arc::ptr_eq(&newer, &authentication) {
                return Err(failure);
            }
            (authentication, is_second) = (newer, true);
        }
    }

    fn store(&mut self, entry: &Entry, issued: IssuedToken) -> Result<Step, Failure> {
        let (fetcher, now) = (self.fetcher, Now::read());
        let token = Arc::new(issued.token);
        let lacks_lifetime = token.life.is_none();
        entry.lacks_lifetime.store(lacks_lifetime, Relaxed);
        let is_known = |known: &Arc<Token>| known.access() == token.access();
        let replaces =
            || self.plan.is_refresh || entry.state().token.as_ref().is_some_and(is_known);
        if lacks_lifetime && self.leader.is_some() && replaces() {
            return Err(useless(
                "the gateway issued a token without a lifetime (expires_in), which cannot take the \
                 place of the one before; report it to MTN if it stays",
            ));
        }
        let keep = fetcher.settings.cache.keeps_tokens();
        let stored = entry.change(|state| state.succeeded(&token, issued.key, keep, now));
        if let Err(failure) = stored {
            self.log.record(Level::ERROR, || failure.message.clone());
            return Ok(Step::Failed(failure));
        }
        if entry.has(&token) && fetcher.refresh_in(&token, now) == Some(Duration::ZERO) {
            let failure = Arc::new(useless(
                "the token was due for a refresh when it arrived; check that nothing on the way \
                 keeps responses (Age)",
            ));
            // The next refresh has to wait, and nobody else.
            let time = MAX_COOLDOWN.min(token.usable(now) / 2);
            entry.change(|state| state.cool_down(time, &failure, false, now));
        }
        if let Some(others) = entry.processes.as_ref().filter(|_| entry.has(&token)) {
            let limits = self.limits();
            others.tell(&token, &limits, self.log);
            // Whoever did that meanwhile may have looked before there was something to remove.
            if entry.state().was_invalidated(token.access()) {
                others.invalidate(token.access(), &limits, self.log);
            }
        }
        Ok(Step::Token(token))
    }

    /// Of what is told to other processes.
    fn limits(&self) -> Limits {
        Limits::new(self.plan.deadline, self.cancellation)
    }

    /// What to send the request with; `refused` says that the gateway has just refused it. An error
    /// says that the request was cancelled.
    fn authentication(&mut self, refused: bool) -> Result<Arc<Authentication>, Failure> {
        let Fetcher { rotation, .. } = self.fetcher;
        loop {
            let wait = match rotation.current(Now::read(), refused, self.log) {
                Ok(credentials) => return Ok(self.fetcher.authentication(credentials)),
                Err(wait) => wait,
            };
            if self.plan.deadline.left() < wait {
                return Ok(self.fetcher.authentication(rotation.credentials()));
            }
            self.cancellation.sleep(wait)?;
        }
    }

    /// Whether the client's credentials are others by now, and another entry is theirs: whoever
    /// waits for a token of the former ones must not be given one of the new.
    fn is_abandoned(&self, entry: &Entry) -> bool {
        self.leader
            .is_some_and(|leader| !entry.single_flight.is_led_by(leader))
    }
}

/// A response with a token that cannot be used, or not for long.
fn useless(why: &str) -> Failure {
    Failure::of_response(200, Status::MOMO_INVALID_RESPONSE, why)
}
