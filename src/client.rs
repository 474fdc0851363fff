//! What a call does: fresh, stale, expired. Knows neither C nor HTTP.

mod refresh;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cache::{Role, StoreOutcome};
use crate::call::{CallTimeout, TokenForCaller};
use crate::clock::Now;
use crate::config::{self, Config, Settings};
use crate::error::{Failure, Status};
use crate::life::{self, Freshness};
use crate::log::{CallLog, Logger};
use crate::requester::{Requester, Shared};
use crate::stats::Snapshot;
use crate::sys::random;
use crate::token::{Origin, Token};
use refresh::Refresh;

/// For the part of an invalidation that other processes share.
const LONGEST_INVALIDATION: Duration = Duration::from_millis(500);

pub(crate) struct Client {
    requester: Arc<Requester>,
    /// The requester's own: a fresh token is one step nearer.
    shared: Arc<Shared>,
    logger: Option<Logger>,
}

/// What an entry is like now, for whoever watches it.
pub(crate) struct Current {
    pub(crate) token_left: Duration,
    pub(crate) token_origin: Option<Origin>,
    pub(crate) cooldown_ms: i64,
}

impl Client {
    /// Touches no network.
    pub(crate) fn new(config: &Config) -> Result<Self, Failure> {
        let settings = Settings::of(config)?;
        let client = Self::with_requester(Requester::new(settings)?, config.logger.clone());
        if let Some(logger) = &client.logger {
            let Shared {
                settings, rotation, ..
            } = &*client.shared;
            let rows = config::report(config, settings, &rotation.credentials());
            logger.write(&config::log_lines(&rows));
        }
        Ok(client)
    }

    /// A client with everything in common with this one but its connections. It is cancelled by
    /// itself, and with this one.
    pub(crate) fn clone_of(original: &Self) -> Self {
        let requester = Requester::clone_of(&original.requester);
        Self::with_requester(requester, original.logger.clone())
    }

    fn with_requester(requester: Requester, logger: Option<Logger>) -> Self {
        Self {
            shared: Arc::clone(&requester.shared),
            requester: Arc::new(requester),
            logger,
        }
    }

    /// Final: ends the calls in progress and every later one.
    pub(crate) fn cancel(&self) {
        self.requester.cancel();
    }

    /// Runs a call and hands the host's logger what it, and background requests before it, had to
    /// say.
    pub(crate) fn logged<T>(&self, call: impl FnOnce(&mut CallLog) -> T) -> T {
        let mut log = CallLog::for_logger(self.logger.as_ref());
        let outcome = call(&mut log);
        if let Some(logger) = &self.logger {
            logger.write(&self.shared.entry().pending_log.take());
            logger.write(&log.into_lines());
        }
        outcome
    }

    /// The current token where it is fresh: no lock, no system call, nothing that blocks. None,
    /// too, where the host's logger is to be told of a background request.
    pub(crate) fn fresh_token<T>(
        &self,
        copy: impl FnOnce(&TokenForCaller) -> T,
    ) -> Result<Option<T>, Failure> {
        self.check_not_cancelled()?;
        let entry = self.shared.entry();
        if self.logger.is_some() && !entry.pending_log.is_empty() {
            return Ok(None);
        }
        let now = Now::read();
        let state = entry.state();
        let Some(token) = &state.token else {
            return Ok(None);
        };
        let Freshness::Fresh { refresh_in } = self.freshness(token, now) else {
            return Ok(None);
        };
        Ok(Some(copy(&TokenForCaller {
            token,
            now,
            refresh_status: state.refresh_status(),
            refresh_in: Some(refresh_in),
        })))
    }

    /// A new token, asked of the gateway now.
    pub(crate) fn create_token<T>(
        &self,
        timeout: CallTimeout,
        log: &mut CallLog,
        copy: impl FnOnce(&TokenForCaller) -> T,
    ) -> Result<T, Failure> {
        self.check_not_cancelled()?;
        if timeout == CallTimeout::NeverBlock {
            return Err(Failure::would_block());
        }
        let deadline = timeout.deadline(self.shared.settings.timeout);
        let (token, outcome) = self.requester.create(deadline, log)?;
        match outcome {
            StoreOutcome::Invalidated(failure) => return Err(Failure::clone(&failure)),
            // Those who wait for a slower request can have this token.
            StoreOutcome::Stored => self.shared.entry().single_flight.wake_waiters(),
            StoreOutcome::NotStored => {}
        }
        Ok(copy(&self.for_caller(&token, Status::MOMO_OK)))
    }

    /// A token that is good, asked of the gateway only where none is at hand or it is stale. To be
    /// called where [`Self::fresh_token`] gave none.
    pub(crate) fn get_token<T>(
        &self,
        timeout: CallTimeout,
        log: &mut CallLog,
        copy: impl FnOnce(&TokenForCaller) -> T,
    ) -> Result<T, Failure> {
        if !self.shared.settings.cache.keeps_tokens() {
            return self.create_token(timeout, log, copy);
        }
        let deadline = timeout.deadline(self.shared.settings.timeout);
        loop {
            let now = Now::read();
            let state = arc_swap::Guard::into_inner(self.shared.entry().state());
            let current = state.token.as_ref().map(|t| (t, self.freshness(t, now)));
            let token = match current {
                Some((token, Freshness::Fresh { .. })) => Arc::clone(token),
                Some((token, Freshness::Stale)) => {
                    match self.refresh(&state, token, timeout, deadline, log)? {
                        Refresh::Recheck => continue,
                        Refresh::UseTokenAtHand => Arc::clone(token),
                        Refresh::Refreshed(token) => token,
                    }
                }
                Some((_, Freshness::Expired)) | None => {
                    if let Some(failure) = state.failure_in_cooldown(now) {
                        return Err(failure);
                    }
                    if timeout == CallTimeout::NeverBlock {
                        if self.start_request(&state, log) {
                            return Err(Failure::would_block());
                        }
                        continue;
                    }
                    let outcome = match self.lead_or_wait(deadline) {
                        Role::Recheck => continue,
                        Role::Lead(leader) => match self.requester.lead(leader, deadline, log)? {
                            Some(outcome) => outcome,
                            None => continue,
                        },
                        Role::Finished(outcome) => outcome,
                        Role::TimedOut => return Err(timed_out_waiting()),
                        Role::Cancelled => return Err(Failure::cancelled()),
                    };
                    let token = outcome.map_err(|failure| Failure::clone(&failure))?;
                    // A waiter that was stopped for long may wake up to an expired token, or to one
                    // that others have invalidated.
                    if life::has_ended(&token, Now::read()) || self.was_invalidated(&token) {
                        continue;
                    }
                    return Ok(copy(&self.for_caller(&token, Status::MOMO_OK)));
                }
            };
            let refresh_status = self.shared.entry().state().refresh_status();
            return Ok(copy(&self.for_caller(&token, refresh_status)));
        }
    }

    fn lead_or_wait(&self, deadline: Instant) -> Role {
        let entry = self.shared.entry();
        let is_settled = || {
            let now = Now::read();
            let state = entry.state();
            let good = |token: &Arc<Token>| self.freshness(token, now) != Freshness::Expired;
            state.token.as_ref().is_some_and(good) || state.failure_in_cooldown(now).is_some()
        };
        let cancellation = &self.requester.cancellation;
        let start = Instant::now();
        let role = entry
            .single_flight
            .lead_or_wait(deadline, cancellation, is_settled);
        if matches!(role, Role::Finished(_) | Role::TimedOut) {
            entry.stats.waited(start.elapsed());
        }
        role
    }

    /// The gateway refused this token elsewhere.
    pub(crate) fn invalidate_token(&self, access: &str) {
        let entry = self.shared.entry();
        entry.invalidate(access.as_bytes(), Now::read());
        if let Some(others) = &entry.shared {
            let deadline = Instant::now() + LONGEST_INVALIDATION;
            self.logged(|log| others.invalidate(access.as_bytes(), deadline, log));
        }
    }

    pub(crate) fn stats(&self) -> (Snapshot, Current) {
        let entry = self.shared.entry();
        let (now, state) = (Now::read(), entry.state());
        let token = state.token.as_ref();
        let current = Current {
            token_left: token.and_then(|t| life::left(t, now)).unwrap_or_default(),
            token_origin: token.map(|t| t.origin),
            cooldown_ms: state.cooldown_ms(now),
        };
        (entry.stats.snapshot(), current)
    }

    fn check_not_cancelled(&self) -> Result<(), Failure> {
        if self.requester.cancellation.is_cancelled() {
            return Err(Failure::cancelled());
        }
        Ok(())
    }

    fn was_invalidated(&self, token: &Token) -> bool {
        let state = self.shared.entry().state();
        state.was_invalidated(token.access())
    }

    fn freshness(&self, token: &Token, now: Now) -> Freshness {
        let jitter = life::process_jitter(random::unit);
        life::freshness(token, now, self.shared.settings.refresh_margin, jitter)
    }

    fn for_caller<'a>(&self, token: &'a Token, refresh_status: Status) -> TokenForCaller<'a> {
        let now = Now::read();
        let is_kept = self.shared.settings.cache.keeps_tokens() && token.life.is_some();
        TokenForCaller {
            token,
            now,
            refresh_status,
            refresh_in: is_kept.then(|| match self.freshness(token, now) {
                Freshness::Fresh { refresh_in } => refresh_in,
                Freshness::Stale | Freshness::Expired => Duration::ZERO,
            }),
        }
    }
}

fn timed_out_waiting() -> Failure {
    Failure::new(
        Status::MOMO_TIMED_OUT,
        "the time was up while waiting for the request of another thread; give the call more time",
    )
}
