//! One request for an entry's token: credentials, other processes, gateway, entry.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::{Fetcher, Plan};
use crate::cache::{Entry, EntryGuard, Leader, Step, Wait};
use crate::cancellation::Cancellation;
use crate::clock::Now;
use crate::credentials::Unsettled;
use crate::error::{Failure, Status};
use crate::gateway::{Authentication, IssuedToken, TokenRequest};
use crate::life::{self, Freshness};
use crate::log::{CallLog, Level};
use crate::net::progress::Progress;
use crate::sys::random;
use crate::token::Token;

pub(super) struct Request<'a> {
    pub(super) fetcher: &'a Fetcher,
    /// None if nobody waits for the outcome.
    pub(super) leader: Option<&'a Leader>,
    pub(super) plan: Plan,
    pub(super) cancellation: &'a Arc<Cancellation>,
    pub(super) progress: &'a Arc<Progress>,
    pub(super) log: &'a mut CallLog,
}

/// What a request has come to.
pub(super) struct Outcome {
    pub(super) step: Step,
    /// Whether it is told to all waiters. If not they look at the entry again.
    pub(super) holds_for_all: bool,
}

impl Outcome {
    pub(super) fn for_all(step: Step) -> Self {
        Self {
            step,
            holds_for_all: true,
        }
    }

    fn of_its_own(step: Step) -> Self {
        Self {
            step,
            holds_for_all: false,
        }
    }
}

impl Request<'_> {
    /// Asks for all who wait. When this returns, the entry knows the outcome.
    pub(super) fn run(mut self) -> Outcome {
        let fetcher = self.fetcher;
        let authenticated = self.authentication(false);
        let entry = fetcher.entry();
        if self.cancellation.is_cancelled() || self.is_abandoned(&entry) {
            return Outcome::of_its_own(Step::LookAgain);
        }
        if let Err(failure) = authenticated {
            return self.failed(&entry, failure);
        }
        // The lock is kept until the outcome is known to other processes.
        let _lock = match self.take_turn(&entry) {
            ControlFlow::Continue(lock) => lock,
            ControlFlow::Break(step) => return Outcome::for_all(step),
        };
        let sent = self.send();
        if self.cancellation.is_cancelled() && !matches!(sent, Ok(Step::Token(_))) {
            return Outcome::of_its_own(Step::LookAgain);
        }
        if self.plan.is_refresh && !matches!(sent, Ok(Step::LookAgain)) {
            let failed = !matches!(sent, Ok(Step::Token(_)));
            entry.stats.refresh_ended(failed);
        }
        match sent {
            Ok(step) => Outcome::for_all(step),
            Err(failure) => self.failed(&entry, failure),
        }
    }

    fn take_turn(&mut self, entry: &Entry) -> ControlFlow<Step, Option<crate::cache::Lock>> {
        let wait = Wait {
            until: self.plan.wait_until,
            deadline: self.plan.deadline,
            // It may hang, and nobody has a token.
            then_ask: !self.plan.is_refresh,
        };
        entry.take_turn(wait, self.cancellation, self.progress, self.log)
    }

    /// Begins a cooldown.
    fn failed(&mut self, entry: &Entry, failure: Failure) -> Outcome {
        if self.plan.is_refresh {
            self.log.record(Level::Warning, || {
                format!("the refresh failed and the token at hand is used on: {failure}")
            });
        }
        let holds_for_all = !self.plan.is_own_time_out(&failure);
        let failure = Arc::new(failure);
        // A caller in a hurry must not make others wait, and holds back the next refresh only.
        if holds_for_all || self.plan.is_refresh {
            let now = Now::read();
            entry.failed(&failure, holds_for_all, now, random::unit());
        }
        if let Some(others) = entry.processes.as_ref().filter(|_| holds_for_all) {
            let cooldown = entry.state().cooldown(Now::read());
            others.tell_failure(&failure, cooldown, self.plan.deadline, self.log);
        }
        Outcome {
            step: Step::Failed(failure),
            // After a failed refresh whoever waits, waits for more than a refresh.
            holds_for_all: holds_for_all && !self.plan.is_refresh,
        }
    }

    /// Asks the gateway, with retries. When this returns, the entry knows the token it brought.
    pub(super) fn send(&mut self) -> Result<Step, Failure> {
        let fetcher = self.fetcher;
        let authentication = self.authentication(false)?;
        let mut entry = fetcher.entry();
        if self.is_abandoned(&entry) {
            return Ok(Step::LookAgain);
        }
        let issued = match self.send_with(&authentication, &entry) {
            Err(failure) if is_about_credentials(&failure) => {
                // What is in the files may be newer than what was refused.
                let newer = self.authentication(true)?;
                if Arc::ptr_eq(&newer, &authentication) {
                    return Err(failure);
                }
                entry = fetcher.entry();
                if self.is_abandoned(&entry) {
                    return Ok(Step::LookAgain);
                }
                self.send_with(&newer, &entry)?
            }
            issued => issued?,
        };
        self.store(&entry, issued)
    }

    fn store(&mut self, entry: &Entry, issued: IssuedToken) -> Result<Step, Failure> {
        let (fetcher, now) = (self.fetcher, Now::read());
        let token = Arc::new(issued.token);
        let lacks_lifetime = token.life.is_none();
        entry.lacks_lifetime.store(lacks_lifetime, Relaxed);
        if token.life.is_none() && self.leader.is_some() {
            let is_known = |known: &Arc<Token>| known.access() == token.access();
            if self.plan.is_refresh || entry.state().token.as_ref().is_some_and(is_known) {
                return Err(without_lifetime());
            }
        }
        let keep = fetcher.settings.cache.keeps_tokens();
        if let Err(failure) = entry.succeeded(&token, issued.key, keep, now) {
            return Ok(Step::Failed(failure));
        }
        let is_current = |entry: &Entry| {
            let state = entry.state();
            state.token.as_ref().is_some_and(|t| Arc::ptr_eq(t, &token))
        };
        if is_current(entry) && fetcher.freshness(&token, now) == Freshness::Stale {
            entry.hold_back(
                &Arc::new(stale_on_arrival()),
                life::usable(&token, now),
                now,
            );
        }
        if let Some(others) = entry.processes.as_ref().filter(|_| is_current(entry)) {
            let deadline = self.plan.deadline;
            others.tell(&token, deadline, self.log);
            // Whoever did that meanwhile may have looked before there was something to remove.
            if entry.state().was_invalidated(token.access()) {
                others.invalidate(token.access(), deadline, self.log);
            }
        }
        Ok(Step::Token(token))
    }

    fn send_with(
        &mut self,
        authentication: &Authentication,
        entry: &Entry,
    ) -> Result<IssuedToken, Failure> {
        TokenRequest {
            settings: &self.fetcher.settings,
            authentication,
            transport: &self.fetcher.transport,
            deadline: self.plan.deadline,
            attempts: self.plan.attempts,
            keep_connection: self.plan.keep_connection,
            key: entry.state().key(Now::read()),
            cancellation: self.cancellation,
            progress: self.progress,
            stats: &entry.stats,
            log: &mut *self.log,
        }
        .send()
    }

    /// What to send the request with; `refused` says that the gateway has just refused it. An error
    /// says that the request was cancelled.
    fn authentication(&mut self, refused: bool) -> Result<Arc<Authentication>, Failure> {
        let Fetcher {
            settings,
            rotation,
            authentication,
            ..
        } = self.fetcher;
        loop {
            let before = rotation.credentials();
            let wait = match rotation.current(refused, self.log) {
                Ok(credentials) => {
                    let authentication = authentication.made_of(settings, credentials)?;
                    self.fetcher.follow(&authentication);
                    return Ok(authentication);
                }
                Err(Unsettled(wait)) => wait,
            };
            if self.plan.deadline.left() < wait {
                return authentication.made_of(settings, before);
            }
            if !self.cancellation.sleep(wait) {
                return Err(Failure::cancelled());
            }
        }
    }

    /// Whether the client's credentials are others by now, and another entry is theirs: whoever
    /// waits for a token of the former ones must not be given one of the new.
    fn is_abandoned(&self, entry: &EntryGuard) -> bool {
        self.leader
            .is_some_and(|leader| !entry.single_flight.is_led_by(leader))
    }
}

fn is_about_credentials(failure: &Failure) -> bool {
    matches!(
        failure.status,
        Status::MOMO_UNAUTHORIZED | Status::MOMO_SUBSCRIPTION_KEY_REFUSED
    )
}

fn without_lifetime() -> Failure {
    useless(
        "the gateway issued a token without a lifetime (expires_in), which cannot take the place of \
         the one before; report it to MTN if it stays",
    )
}

fn stale_on_arrival() -> Failure {
    useless(
        "the token was due for a refresh when it arrived; check that nothing on the way keeps \
         responses (Age)",
    )
}

fn useless(why: &str) -> Failure {
    let mut failure = Failure::new(Status::MOMO_INVALID_RESPONSE, why);
    failure.http_status = 200;
    failure
}
