//! The requests for an entry's token: on the thread of a caller, or on one of the library's own.
//!
//! A background request keeps its requester alive by itself, so that the client may be freed
//! meanwhile. The host's logger is therefore no part of it: on a thread of the library no callback
//! of the host runs, not even the one that frees the logger's data.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cache::{ClientEntry, Leader, Outcome, StoreOutcome};
use crate::cancellation::Cancellation;
use crate::clock::Now;
use crate::config::{CachePolicy, Settings};
use crate::error::Failure;
use crate::gateway::{Gateway, RequestError, TokenRequest, retry};
use crate::log::{CallLog, Level};
use crate::panics::catch_panic;
use crate::sys;
use crate::token::Token;

/// The longest refresh of a token that is still good.
pub(crate) const LONGEST_REFRESH: Duration = Duration::from_secs(5);

/// What a background request has beyond its deadline, to tell those who wait.
pub(crate) const GRACE: Duration = Duration::from_millis(250);

/// Enough for a TLS handshake in a build without optimisation; only what is used takes memory.
const STACK: usize = 512 * 1024;

pub(crate) struct Requester {
    gateway: Gateway,
    pub(crate) entry: ClientEntry,
    pub(crate) cancellation: Cancellation,
    policy: CachePolicy,
    max_attempts: u32,
}

impl Requester {
    /// Touches no network.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Failure> {
        Ok(Self {
            gateway: Gateway::new(settings)?,
            entry: ClientEntry::new(settings),
            cancellation: Cancellation::new(),
            policy: settings.cache,
            max_attempts: settings.max_attempts,
        })
    }

    /// Final: ends the requests in progress, in the background too, and every later one.
    pub(crate) fn cancel(&self) {
        self.cancellation.cancel();
        self.gateway.cancel();
        self.entry.single_flight.wake_waiters();
    }

    /// A new token, whatever the entry has.
    pub(crate) fn create(
        &self,
        deadline: Instant,
        log: &mut CallLog,
    ) -> Result<(Arc<Token>, StoreOutcome), Failure> {
        self.request(deadline, self.max_attempts, true, log)
            .map_err(|error| error.failure)
    }

    /// Asks for all who wait. The outer error is this caller's alone and not shared.
    pub(crate) fn lead(
        &self,
        leader: Leader,
        deadline: Instant,
        log: &mut CallLog,
    ) -> Result<Outcome, Failure> {
        let outcome = match self.ask(deadline, log) {
            Ok(outcome) => outcome,
            Err(error) if !error.shared => return Err(error.failure),
            Err(error) => Err(self.failed(error.failure, true)),
        };
        leader.finish(outcome.clone());
        Ok(outcome)
    }

    /// As [`Self::lead`], on a thread of the library. An error says that there is no thread.
    pub(crate) fn lead_in_background(
        self: &Arc<Self>,
        leader: Leader,
        deadline: Instant,
    ) -> io::Result<()> {
        self.start_thread(leader, move |requester, log| {
            match requester.ask(deadline, log) {
                Ok(outcome) => Some(outcome),
                Err(_) if requester.cancellation.is_cancelled() => None,
                // The time that was up is the option's, and no single caller's.
                Err(error) => Some(Err(requester.failed(error.failure, true))),
            }
        })
    }

    /// Asks once for a new token while the present one is still good. None says to use that.
    pub(crate) fn refresh(
        &self,
        leader: Leader,
        until: Instant,
        log: &mut CallLog,
    ) -> Result<Option<Arc<Token>>, Failure> {
        let token = self.ask_once(until, log)?;
        if let Some(token) = &token {
            leader.finish(Ok(Arc::clone(token)));
        }
        Ok(token)
    }

    /// As [`Self::refresh`], on a thread of the library. An error says that there is no thread.
    pub(crate) fn refresh_in_background(
        self: &Arc<Self>,
        leader: Leader,
        until: Instant,
    ) -> io::Result<()> {
        self.start_thread(leader, move |requester, log| {
            requester.ask_once(until, log).ok().flatten().map(Ok)
        })
    }

    /// `work` gives the outcome for those who wait, or None where they are to ask by themselves.
    fn start_thread(
        self: &Arc<Self>,
        leader: Leader,
        work: impl FnOnce(&Self, &mut CallLog) -> Option<Outcome> + Send + 'static,
    ) -> io::Result<()> {
        let requester = Arc::clone(self);
        let thread = std::thread::Builder::new()
            .name("momo-request".to_owned())
            .stack_size(STACK);
        let run = move || {
            let _ = catch_panic(move || requester.run(leader, work));
        };
        sys::with_signals_blocked(|| thread.spawn(run)).map(|_detached| ())
    }

    fn run(&self, leader: Leader, work: impl FnOnce(&Self, &mut CallLog) -> Option<Outcome>) {
        let mut log = CallLog::complete();
        let outcome = catch_panic(|| work(self, &mut log)).unwrap_or_else(|| {
            // Without a cooldown every call would start a thread that panics.
            self.failed(Failure::internal("a panic was caught"), false);
            None
        });
        // Before the waiters wake up: one of them tells its logger.
        self.entry.pending_log.add(log.into_lines());
        if let Some(outcome) = outcome {
            leader.finish(outcome);
        }
    }

    /// The outcome for all who wait, but for a failure that the entry does not know yet.
    fn ask(&self, deadline: Instant, log: &mut CallLog) -> Result<Outcome, RequestError> {
        Ok(
            match self.request(deadline, self.max_attempts, false, log)? {
                (_, StoreOutcome::Invalidated(failure)) => Err(failure),
                (token, StoreOutcome::Stored | StoreOutcome::NotStored) => Ok(token),
            },
        )
    }

    /// One attempt while a token is at hand: where it fails that one is used on.
    fn ask_once(&self, until: Instant, log: &mut CallLog) -> Result<Option<Arc<Token>>, Failure> {
        let RequestError { failure, shared } = match self.request(until, 1, false, log) {
            Ok((_, StoreOutcome::Invalidated(_))) => {
                self.entry.stats.refresh_ended(true);
                return Ok(None);
            }
            Ok((token, StoreOutcome::Stored | StoreOutcome::NotStored)) => {
                self.entry.stats.refresh_ended(false);
                return Ok(Some(token));
            }
            Err(_) if self.cancellation.is_cancelled() => return Err(Failure::cancelled()),
            Err(error) => error,
        };
        self.entry.stats.refresh_ended(true);
        log.record(Level::Warning, || {
            format!("the refresh failed and the token at hand is used on: {failure}")
        });
        self.failed(failure, shared);
        Ok(None)
    }

    /// Begins a cooldown; `shared` says whether every caller is given the failure.
    fn failed(&self, failure: Failure, shared: bool) -> Arc<Failure> {
        let failure = Arc::new(failure);
        let now = Now::read();
        self.entry.failed(&failure, shared, now, retry::random());
        failure
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
            stats: &self.entry.stats,
            log,
        })?;
        let token = Arc::new(issued.token);
        let keep = self.policy != CachePolicy::None;
        let outcome = self.entry.succeeded(&token, issued.key, keep, Now::read());
        Ok((token, outcome))
    }
}
