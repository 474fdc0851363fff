//! Client: a fresh, a stale or an expired token, and who waits for what. Knows neither C nor HTTP.

mod call;

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use crate::cache::Step;
use crate::config::{self, Config, OptionRow, Settings};
use crate::fetch::{Caller, Fetcher};
use crate::net::Limits;
use crate::stats::momo_stats;
use crate::{CallLog, Cancellation, Deadline, Failure, Now, Status, Token, sys};
pub(crate) use call::{CallTimeout, TokenForCaller, TokenRef};

/// How long an invalidation may take if other processes share the token.
const INVALIDATION_TIMEOUT: Duration = Duration::from_millis(500);

/// A handle: the client itself, or a clone.
pub(crate) struct Client {
    fetcher: Arc<Fetcher>,
    cancellation: Arc<Cancellation>,
    config: Arc<Config>,
}

impl Client {
    pub(crate) fn new(config: &Config) -> Result<Self, Failure> {
        let client = Self {
            fetcher: Arc::new(Fetcher::new(Settings::of(config)?)?),
            cancellation: Arc::default(),
            config: Arc::new(config.clone()),
        };
        if let Some(logger) = &config.logger {
            logger.write(&config::log_lines(&client.options()));
        }
        Ok(client)
    }

    /// Has everything in common with this one. It is cancelled by itself, and with this one.
    pub(crate) fn clone_of(original: &Self) -> Self {
        original.fetcher.handles.fetch_add(1, SeqCst);
        Self {
            fetcher: Arc::clone(&original.fetcher),
            cancellation: Arc::new(Cancellation::child(&original.cancellation)),
            config: Arc::clone(&original.config),
        }
    }

    /// Final: ends the calls in progress and every later one. A request of the library goes on for
    /// as long as another handle may ask for its token.
    pub(crate) fn cancel(&self) {
        if !self.cancellation.cancel() {
            return;
        }
        // With the client itself every handle is cancelled.
        let is_last = self.fetcher.handles.fetch_sub(1, SeqCst) == 1;
        let is_last = is_last || !self.cancellation.is_of_clone();
        for entry in self.fetcher.entries() {
            let waits = |room| self.cancellation.waits_in(room);
            entry.single_flight.wake_waiters(waits);
            if is_last {
                entry.cancel();
            }
        }
    }

    /// Runs a call that may block; then the logger is told of it, and of the requests before it.
    fn call<T>(&self, timeout: CallTimeout, call: impl FnOnce(&mut Caller) -> T) -> T {
        sys::with_thread_cancellation_disabled(|| {
            let mut log = CallLog::up_to(self.config.logger.as_ref().map(|l| l.level));
            let outcome = call(&mut Caller {
                deadline: match timeout {
                    CallTimeout::Default => Some(Deadline::after(self.fetcher.settings.timeout)),
                    CallTimeout::NeverBlock => None,
                    CallTimeout::After(time) => Some(Deadline::after(time)),
                },
                cancellation: &self.cancellation,
                waiting_since: None,
                log: &mut log,
            });
            if let Some(logger) = &self.config.logger {
                logger.write(&self.fetcher.entry().pending_log.take());
                logger.write(&log.into_lines());
            }
            outcome
        })
    }

    /// A new token, asked of the gateway now.
    pub(crate) fn create_token(&self, timeout: CallTimeout) -> Result<TokenForCaller, Failure> {
        self.call(timeout, |caller| self.create(caller))
    }

    fn create(&self, caller: &mut Caller) -> Result<TokenForCaller, Failure> {
        self.cancellation.check()?;
        match self.fetcher.create(caller)? {
            Step::Token(token) => Ok(self.for_caller(token, Status::MOMO_OK)),
            Step::Failed(failure) => Err(Failure::clone(&failure)),
            Step::LookAgain => Err(Failure::internal("a request of its own left to another")),
        }
    }

    /// A token that is good, asked of the gateway only if none is at hand or it is stale.
    pub(crate) fn get_token(&self, timeout: CallTimeout) -> Result<TokenForCaller, Failure> {
        self.call(timeout, |caller| {
            if !self.fetcher.settings.cache.keeps_tokens() {
                return self.create(caller);
            }
            let outcome = self.current_token(caller);
            if let Some(since) = caller.waiting_since {
                self.fetcher.entry().stats.waited(since.elapsed());
            }
            outcome
        })
    }

    /// The current token if it is fresh: no lock, no system call, nothing that blocks. None, too, if
    /// the client is cancelled, or its logger has to be told what a request had to say.
    pub(crate) fn fresh_token(&self) -> Option<TokenForCaller> {
        let entry = self.fetcher.entry();
        let has_to_log = !entry.pending_log.is_empty() && self.config.logger.is_some();
        if has_to_log || self.cancellation.is_cancelled() {
            return None;
        }
        let (state, now) = (entry.state(), Now::read());
        let token = state.token.as_ref()?;
        let refresh_in = self.fetcher.refresh_in(token, now);
        let refresh_in = refresh_in.filter(|time| !time.is_zero())?;
        Some(TokenForCaller {
            expires_in: token.left(now),
            refresh_in: Some(refresh_in),
            refresh_status: state.refresh_status(),
            token: TokenRef::Current(state),
        })
    }

    /// The gateway refused this token elsewhere.
    pub(crate) fn invalidate_token(&self, access: &str) {
        let entry = loop {
            let entry = self.fetcher.entry();
            entry.invalidate(access.as_bytes(), Now::read());
            // The credentials may have been rotated meanwhile.
            if self.fetcher.is_in_use(&entry) {
                break entry;
            }
        };
        if let Some(others) = &entry.processes {
            // A token that was refused goes even if the client is cancelled.
            let limits = Limits::until(Deadline::after(INVALIDATION_TIMEOUT));
            self.call(CallTimeout::NeverBlock, |caller| {
                others.invalidate(access.as_bytes(), &limits, caller.log);
            });
        }
    }

    pub(crate) fn stats(&self) -> momo_stats {
        let (entry, now) = (self.fetcher.entry(), Now::read());
        let (state, mut stats) = (entry.state(), entry.stats.snapshot());
        stats.cooldown_ms = state.cooldown_ms(now);
        if let Some(token) = &state.token {
            let left = token.left(now).unwrap_or_default();
            stats.token_expires_in = left.as_secs() as i64;
            stats.token_origin = token.origin as i64;
        }
        stats
    }

    /// Each option as this client uses it, with the credentials in use now.
    pub(crate) fn options(&self) -> Vec<OptionRow> {
        let credentials = self.fetcher.rotation.credentials();
        self.fetcher.settings.report(&self.config, &credentials)
    }

    fn for_caller(&self, token: Arc<Token>, refresh_status: Status) -> TokenForCaller {
        let now = Now::read();
        let is_kept = self.fetcher.settings.cache.keeps_tokens() && token.life.is_some();
        TokenForCaller {
            refresh_in: is_kept.then(|| self.fetcher.refresh_in(&token, now).unwrap_or_default()),
            expires_in: token.left(now),
            token: TokenRef::Counted(token),
            refresh_status,
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.cancellation.free();
        if !self.cancellation.is_cancelled_itself() {
            self.fetcher.handles.fetch_sub(1, SeqCst);
        }
    }
}

#[cfg(test)]
mod credentials_tests;
#[cfg(test)]
mod outcome_tests;
#[cfg(test)]
mod refresh_tests;
#[cfg(test)]
mod tests;
