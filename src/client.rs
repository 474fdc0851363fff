//! What a call does: fresh, stale, expired. Knows neither C nor HTTP.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cache::{Role, State, StoreOutcome};
use crate::call::{CallTimeout, TokenForCaller};
use crate::clock::Now;
use crate::config::{CachePolicy, Config, RefreshBy, Settings};
use crate::error::{Failure, Status};
use crate::gateway::retry;
use crate::life::{self, Freshness};
use crate::log::{CallLog, Level, Logger};
use crate::requester::{GRACE, LONGEST_REFRESH, Requester};
use crate::token::Token;

pub(crate) struct Client {
    requester: Arc<Requester>,
    policy: CachePolicy,
    refresh_by: RefreshBy,
    timeout: Duration,
    refresh_margin: Duration,
    logger: Option<Logger>,
}

/// What became of a stale token's refresh.
enum Refresh {
    /// It goes on, or is not this caller's to make: the token at hand is good.
    UseTokenAtHand,
    Refreshed(Arc<Token>),
    /// It failed, or another's has just ended.
    Recheck,
}

impl Client {
    /// Touches no network.
    pub(crate) fn new(config: &Config) -> Result<Self, Failure> {
        let settings = Settings::of(config)?;
        let client = Self {
            requester: Arc::new(Requester::new(&settings)?),
            policy: settings.cache,
            refresh_by: settings.refresh,
            timeout: settings.timeout,
            refresh_margin: settings.refresh_margin,
            logger: config.logger.clone(),
        };
        if let Some(logger) = &client.logger {
            logger.write(&settings.warnings());
        }
        Ok(client)
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
            logger.write(&self.requester.entry.pending_log.take());
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
        let entry = &self.requester.entry;
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
        let deadline = timeout.deadline(self.timeout);
        let (token, outcome) = self.requester.create(deadline, log)?;
        match outcome {
            StoreOutcome::Invalidated(failure) => return Err(Failure::clone(&failure)),
            // Those who wait for a slower request can have this token.
            StoreOutcome::Stored => self.requester.entry.single_flight.wake_waiters(),
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
        if self.policy == CachePolicy::None {
            return self.create_token(timeout, log, copy);
        }
        let deadline = timeout.deadline(self.timeout);
        loop {
            let now = Now::read();
            let state = arc_swap::Guard::into_inner(self.requester.entry.state());
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
                        Role::Lead(leader) => self.requester.lead(leader, deadline, log)?,
                        Role::Finished(outcome) => outcome,
                        Role::TimedOut => return Err(timed_out_waiting()),
                        Role::Cancelled => return Err(Failure::cancelled()),
                    };
                    let token = outcome.map_err(|failure| Failure::clone(&failure))?;
                    // A waiter that was stopped for long may wake up to an expired token.
                    if life::has_ended(&token, Now::read()) {
                        continue;
                    }
                    return Ok(copy(&self.for_caller(&token, Status::MOMO_OK)));
                }
            };
            let refresh_status = self.requester.entry.state().refresh_status();
            return Ok(copy(&self.for_caller(&token, refresh_status)));
        }
    }

    fn lead_or_wait(&self, deadline: Instant) -> Role {
        let entry = &self.requester.entry;
        let is_settled = || {
            let now = Now::read();
            let state = entry.state();
            let good = |token: &Arc<Token>| self.freshness(token, now) != Freshness::Expired;
            state.token.as_ref().is_some_and(good) || state.failure_in_cooldown(now).is_some()
        };
        let cancellation = &self.requester.cancellation;
        entry
            .single_flight
            .lead_or_wait(deadline, cancellation, is_settled)
    }

    /// Has a stale token refreshed, where nobody does that yet: in the background, or by this
    /// caller where the host wants no threads or none can be started.
    fn refresh(
        &self,
        state: &Arc<State>,
        token: &Token,
        timeout: CallTimeout,
        deadline: Instant,
        log: &mut CallLog,
    ) -> Result<Refresh, Failure> {
        let entry = &self.requester.entry;
        let now = Now::read();
        let never_block = timeout == CallTimeout::NeverBlock;
        if state.is_in_cooldown(now) || (never_block && self.refresh_by == RefreshBy::Caller) {
            return Ok(Refresh::UseTokenAtHand);
        }
        let until = Instant::now() + LONGEST_REFRESH.min(life::usable(token, now) / 2);
        if self.refresh_by == RefreshBy::Background {
            let Some(leader) = entry.single_flight.try_lead(until + GRACE) else {
                return Ok(Refresh::UseTokenAtHand);
            };
            // Another's refresh may have ended between reading the state and leading.
            if !Arc::ptr_eq(state, &entry.state()) {
                return Ok(Refresh::Recheck);
            }
            match self.requester.refresh_in_background(leader, until) {
                Ok(()) => return Ok(Refresh::UseTokenAtHand),
                Err(error) => log_no_thread(log, &error),
            }
            if never_block {
                return Ok(Refresh::UseTokenAtHand);
            }
        }
        let until = until.min(deadline);
        let Some(leader) = entry.single_flight.try_lead(until) else {
            return Ok(Refresh::UseTokenAtHand);
        };
        if !Arc::ptr_eq(state, &entry.state()) {
            return Ok(Refresh::Recheck);
        }
        let refreshed = self.requester.refresh(leader, until, log)?;
        // Where it failed the entry is in a cooldown now.
        Ok(refreshed.map_or(Refresh::Recheck, Refresh::Refreshed))
    }

    /// Has a token asked for in the background, where nobody asks yet. False where the state has
    /// changed meanwhile.
    fn start_request(&self, state: &Arc<State>, log: &mut CallLog) -> bool {
        let entry = &self.requester.entry;
        if self.refresh_by == RefreshBy::Caller {
            return true;
        }
        let deadline = Instant::now() + self.timeout;
        let Some(leader) = entry.single_flight.try_lead(deadline + GRACE) else {
            return true;
        };
        if !Arc::ptr_eq(state, &entry.state()) {
            return false;
        }
        if let Err(error) = self.requester.lead_in_background(leader, deadline) {
            log_no_thread(log, &error);
        }
        true
    }

    /// The gateway refused this token elsewhere.
    pub(crate) fn invalidate_token(&self, access: &str) {
        let entry = &self.requester.entry;
        entry.invalidate(access.as_bytes(), Now::read());
    }

    fn check_not_cancelled(&self) -> Result<(), Failure> {
        if self.requester.cancellation.is_cancelled() {
            return Err(Failure::cancelled());
        }
        Ok(())
    }

    fn freshness(&self, token: &Token, now: Now) -> Freshness {
        let jitter = life::process_jitter(retry::random);
        life::freshness(token, now, self.refresh_margin, jitter)
    }

    fn for_caller<'a>(&self, token: &'a Token, refresh_status: Status) -> TokenForCaller<'a> {
        let now = Now::read();
        let is_kept = self.policy != CachePolicy::None && token.lifetime.is_some();
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

fn log_no_thread(log: &mut CallLog, error: &std::io::Error) {
    log.record(Level::Warning, || {
        format!(
            "no thread can be started to refresh the token in the background ({error}); check \
             the limits on threads, or set refresh to caller"
        )
    });
}

fn timed_out_waiting() -> Failure {
    Failure::new(
        Status::MOMO_TIMED_OUT,
        "the time was up while waiting for the request of another thread; give the call more time",
    )
}
