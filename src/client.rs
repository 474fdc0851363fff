//! What a call does: fresh, stale, expired. Knows neither C nor HTTP.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cache::{ClientEntry, Leader, Outcome, Role, StoreOutcome};
use crate::cancellation::Cancellation;
use crate::clock::Now;
use crate::config::{CachePolicy, Config, Settings};
use crate::error::{Failure, Status};
use crate::gateway::{Gateway, RequestError, TokenRequest, retry};
use crate::life::{self, Freshness};
use crate::log::{CallLog, Level, Logger};
use crate::token::Token;

/// The longest refresh of a token that is still good.
const LONGEST_REFRESH: Duration = Duration::from_secs(5);

pub(crate) struct Client {
    gateway: Gateway,
    entry: ClientEntry,
    cancellation: Cancellation,
    policy: CachePolicy,
    timeout: Duration,
    max_attempts: u32,
    refresh_margin: Duration,
    pub(crate) logger: Option<Logger>,
}

/// How long a call may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CallTimeout {
    /// As long as the option `timeout` says.
    Default,
    NeverBlock,
    After(Duration),
}

/// What a call hands out; it is copied for the caller before the call returns.
pub(crate) struct TokenForCaller<'a> {
    pub(crate) token: &'a Token,
    pub(crate) now: Now,
    pub(crate) refresh_status: Status,
}

impl CallTimeout {
    fn deadline(self, default: Duration) -> Instant {
        Instant::now()
            + match self {
                Self::Default => default,
                Self::NeverBlock => Duration::ZERO,
                Self::After(time) => time,
            }
    }
}

impl Client {
    /// Touches no network.
    pub(crate) fn new(config: &Config) -> Result<Self, Failure> {
        let settings = Settings::of(config)?;
        let client = Self {
            gateway: Gateway::new(&settings)?,
            entry: ClientEntry::new(&settings),
            cancellation: Cancellation::new(),
            policy: settings.cache,
            timeout: settings.timeout,
            max_attempts: settings.max_attempts,
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
        self.cancellation.cancel();
        self.gateway.cancel();
        self.entry.single_flight.wake_waiters();
    }

    /// The current token where it is fresh: no lock, no system call, nothing that blocks.
    pub(crate) fn fresh_token<T>(
        &self,
        copy: impl FnOnce(&TokenForCaller) -> T,
    ) -> Result<Option<T>, Failure> {
        self.check_not_cancelled()?;
        let now = Now::read();
        let state = self.entry.state();
        let fresh = |t: &&Arc<Token>| self.freshness(t, now) == Freshness::Fresh;
        Ok(state.token.as_ref().filter(fresh).map(|token| {
            copy(&TokenForCaller {
                token,
                now,
                refresh_status: state.refresh_status(),
            })
        }))
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
        let issued = self.request(deadline, self.max_attempts, true, log);
        let (token, outcome) = issued.map_err(|error| error.failure)?;
        match outcome {
            StoreOutcome::Invalidated(failure) => return Err(Failure::clone(&failure)),
            // Those who wait for a slower request can have this token.
            StoreOutcome::Stored => self.entry.single_flight.wake_waiters(),
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
            let state = arc_swap::Guard::into_inner(self.entry.state());
            let current = state.token.as_ref().map(|t| (t, self.freshness(t, now)));
            match current {
                Some((token, freshness @ (Freshness::Fresh | Freshness::Stale))) => {
                    let refresh = freshness == Freshness::Stale
                        && timeout != CallTimeout::NeverBlock
                        && !state.is_in_cooldown(now);
                    let until = Instant::now() + LONGEST_REFRESH.min(life::usable(token, now) / 2);
                    let until = until.min(deadline);
                    let leader = refresh
                        .then(|| self.entry.single_flight.try_lead(until))
                        .flatten();
                    let Some(leader) = leader else {
                        return Ok(copy(&self.for_caller(token, state.refresh_status())));
                    };
                    // Another's refresh may have ended between reading the state and leading.
                    if !Arc::ptr_eq(&state, &self.entry.state()) {
                        continue;
                    }
                    if let Some(token) = self.refresh(leader, until, log)? {
                        return Ok(copy(&self.for_caller(&token, Status::MOMO_OK)));
                    }
                }
                Some((_, Freshness::Expired)) | None => {
                    if let Some(failure) = state.failure_in_cooldown(now) {
                        return Err(failure);
                    }
                    if timeout == CallTimeout::NeverBlock {
                        return Err(Failure::would_block());
                    }
                    let outcome = match self.lead_or_wait(deadline) {
                        Role::Recheck => continue,
                        Role::Lead(leader) => self.lead(leader, deadline, log)?,
                        Role::Finished(outcome) => outcome,
                        Role::TimedOut => return Err(timed_out_waiting()),
                        Role::Cancelled => return Err(Failure::cancelled()),
                    };
                    let token = outcome.map_err(|failure| Failure::clone(&failure))?;
                    let token = self.for_caller(&token, Status::MOMO_OK);
                    // A waiter that was stopped for long may wake up to an expired token.
                    if life::has_ended(token.token, token.now) {
                        continue;
                    }
                    return Ok(copy(&token));
                }
            }
        }
    }

    fn lead_or_wait(&self, deadline: Instant) -> Role {
        let is_settled = || {
            let now = Now::read();
            let state = self.entry.state();
            let good = |token: &Arc<Token>| self.freshness(token, now) != Freshness::Expired;
            state.token.as_ref().is_some_and(good) || state.failure_in_cooldown(now).is_some()
        };
        let single_flight = &self.entry.single_flight;
        single_flight.lead_or_wait(deadline, &self.cancellation, is_settled)
    }

    /// Asks for all who wait. The outer error is this caller's alone and not shared.
    fn lead(
        &self,
        leader: Leader,
        deadline: Instant,
        log: &mut CallLog,
    ) -> Result<Outcome, Failure> {
        let outcome = match self.request(deadline, self.max_attempts, false, log) {
            Ok((_, StoreOutcome::Invalidated(failure))) => Err(failure),
            Ok((token, StoreOutcome::Stored | StoreOutcome::NotStored)) => Ok(token),
            Err(error) if !error.shared => return Err(error.failure),
            Err(error) => {
                let failure = Arc::new(error.failure);
                let now = Now::read();
                self.entry.failed(&failure, true, now, retry::random());
                Err(failure)
            }
        };
        leader.finish(outcome.clone());
        Ok(outcome)
    }

    /// Asks once for a new token while the present one is still good. None says to use that.
    fn refresh(
        &self,
        leader: Leader,
        until: Instant,
        log: &mut CallLog,
    ) -> Result<Option<Arc<Token>>, Failure> {
        let RequestError { failure, shared } = match self.request(until, 1, false, log) {
            Ok((_, StoreOutcome::Invalidated(_))) => return Ok(None),
            Ok((token, StoreOutcome::Stored | StoreOutcome::NotStored)) => {
                leader.finish(Ok(Arc::clone(&token)));
                return Ok(Some(token));
            }
            Err(_) if self.cancellation.is_cancelled() => return Err(Failure::cancelled()),
            Err(error) => error,
        };
        log.record(Level::Warning, || {
            format!("the refresh failed and the token at hand is used on: {failure}")
        });
        let failure = Arc::new(failure);
        let now = Now::read();
        self.entry.failed(&failure, shared, now, retry::random());
        Ok(None)
    }

    /// One request with its retries. When this returns, the entry knows the token it brought.
    fn request(
        &self,
        deadline: Instant,
        attempts: u32,
        keep_connection: bool,
        log: &mut CallLog,
    ) -> Result<(Arc<Token>, StoreOutcome), RequestError> {
        let issued = self.gateway.create_token(TokenRequest {
            deadline,
            attempts,
            keep_connection,
            key: self.entry.state().key(Now::read()),
            cancellation: &self.cancellation,
            log,
        })?;
        let token = Arc::new(issued.token);
        let keep = self.policy != CachePolicy::None;
        let outcome = self.entry.succeeded(&token, issued.key, keep, Now::read());
        Ok((token, outcome))
    }

    /// The gateway refused this token elsewhere.
    pub(crate) fn invalidate_token(&self, access: &str) {
        self.entry.invalidate(access.as_bytes(), Now::read());
    }

    fn check_not_cancelled(&self) -> Result<(), Failure> {
        if self.cancellation.is_cancelled() {
            return Err(Failure::cancelled());
        }
        Ok(())
    }

    fn freshness(&self, token: &Token, now: Now) -> Freshness {
        let jitter = life::process_jitter(retry::random);
        life::freshness(token, now, self.refresh_margin, jitter)
    }

    fn for_caller<'a>(&self, token: &'a Token, refresh_status: Status) -> TokenForCaller<'a> {
        TokenForCaller {
            token,
            now: Now::read(),
            refresh_status,
        }
    }
}

fn timed_out_waiting() -> Failure {
    Failure::new(
        Status::MOMO_TIMED_OUT,
        "the time was up while waiting for the request of another thread; give the call more time",
    )
}
