//! What a call does: fresh, stale, expired. Knows neither C nor HTTP.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cache::{self, Adopted, Entry, Landing, Ticket, Turn};
use crate::cancel::Cancel;
use crate::clock::Now;
use crate::config::{CachePolicy, Config, Settings};
use crate::error::{Failure, Status};
use crate::gateway::{Call, Failed, Gateway, retry};
use crate::life::{self, Phase};
use crate::log::{Journal, Level, Logger};
use crate::token::Token;

/// A refresh that nobody waits for, by a caller that has a token already.
const REFRESH: Duration = Duration::from_secs(5);

pub(crate) struct Client {
    gateway: Gateway,
    entry: Arc<Entry>,
    cancel: Cancel,
    policy: CachePolicy,
    timeout: Duration,
    max_attempts: u32,
    refresh_margin: Duration,
    pub(crate) logger: Option<Logger>,
}

/// How long a call may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Patience {
    /// The option `timeout`.
    Default,
    Never,
    For(Duration),
}

/// What a call hands out, until it is copied for the caller.
pub(crate) struct Given<'a> {
    pub(crate) token: &'a Token,
    pub(crate) now: Now,
    pub(crate) refresh_status: Status,
}

impl Patience {
    fn deadline(self, default: Duration) -> Instant {
        Instant::now()
            + match self {
                Self::Default => default,
                Self::Never => Duration::ZERO,
                Self::For(time) => time,
            }
    }
}

impl Client {
    /// Touches no network.
    pub(crate) fn new(config: &Config) -> Result<Self, Failure> {
        let settings = Settings::of(config)?;
        Ok(Self {
            gateway: Gateway::new(&settings)?,
            entry: cache::entry_for(&settings),
            cancel: Cancel::new(),
            policy: settings.cache,
            timeout: settings.timeout,
            max_attempts: settings.max_attempts,
            refresh_margin: settings.refresh_margin,
            logger: config.logger.clone(),
        })
    }

    /// Final: ends the calls in progress and every later one.
    pub(crate) fn cancel(&self) {
        self.cancel.cancel();
        self.gateway.cancel();
        self.entry.flights.wake();
    }

    /// A token of the gateway's, asked for now.
    pub(crate) fn create_token<T>(
        &self,
        patience: Patience,
        journal: &mut Journal,
        give: impl FnOnce(&Given) -> T,
    ) -> Result<T, Failure> {
        self.may_go_on()?;
        if patience == Patience::Never {
            return Err(Failure::would_block());
        }
        let deadline = patience.deadline(self.timeout);
        let outcome = self.ask(deadline, self.max_attempts, true, journal);
        let (token, adopted) = outcome.map_err(|failed| failed.failure)?;
        if matches!(adopted, Adopted::Current) {
            // Those who wait for a slower request have what they want.
            self.entry.flights.wake();
        }
        Ok(give(&self.given(&token, Status::MOMO_OK)))
    }

    /// A token that is good, asked for only where there is none.
    pub(crate) fn get_token<T>(
        &self,
        patience: Patience,
        journal: &mut Journal,
        give: impl FnOnce(&Given) -> T,
    ) -> Result<T, Failure> {
        self.may_go_on()?;
        if self.policy == CachePolicy::None {
            return self.create_token(patience, journal, give);
        }
        let now = Now::read();
        let state = self.entry.state();
        if let Some(token) = &state.token {
            if self.phase(token, now) == Phase::Fresh {
                let refresh_status = state.refresh_status();
                return Ok(give(&Given {
                    token,
                    now,
                    refresh_status,
                }));
            }
        }
        drop(state);
        self.get_stale(patience, journal, give)
    }

    fn get_stale<T>(
        &self,
        patience: Patience,
        journal: &mut Journal,
        give: impl FnOnce(&Given) -> T,
    ) -> Result<T, Failure> {
        let deadline = patience.deadline(self.timeout);
        loop {
            let now = Now::read();
            let state = arc_swap::Guard::into_inner(self.entry.state());
            let good = state.token.as_ref().map(|t| (t, self.phase(t, now)));
            match good {
                Some((token, Phase::Fresh | Phase::Stale)) => {
                    let refresh = good.is_some_and(|(_, p)| p == Phase::Stale)
                        && patience != Patience::Never
                        && !state.holds_refreshes(now);
                    let until = Instant::now() + REFRESH.min(life::usable(token, now) / 2);
                    let ticket = refresh
                        .then(|| self.entry.flights.try_lead(until.min(deadline)))
                        .flatten();
                    let Some(ticket) = ticket else {
                        return Ok(give(&self.given(token, state.refresh_status())));
                    };
                    // Another's refresh may have ended between that look and this ticket.
                    if !Arc::ptr_eq(&state, &self.entry.state()) {
                        continue;
                    }
                    if let Some(token) = self.refresh(ticket, until.min(deadline), journal)? {
                        return Ok(give(&self.given(&token, Status::MOMO_OK)));
                    }
                }
                Some((_, Phase::Expired)) | None => {
                    if let Some(failure) = state.paused(now) {
                        return Err(failure);
                    }
                    if patience == Patience::Never {
                        return Err(Failure::would_block());
                    }
                    let look = || self.is_settled();
                    let landing = match self.entry.flights.turn(deadline, &self.cancel, look) {
                        Turn::Look => continue,
                        Turn::Lead(ticket) => self.lead(ticket, deadline, journal)?,
                        Turn::Landed(landing) => landing,
                        Turn::TimedOut => return Err(waited_in_vain()),
                        Turn::Cancelled => return Err(Failure::cancelled()),
                    };
                    let token = landing.map_err(|failure| Failure::clone(&failure))?;
                    return Ok(give(&self.given(&token, Status::MOMO_OK)));
                }
            }
        }
    }

    /// Whether a caller who waits would find something better to do.
    fn is_settled(&self) -> bool {
        let now = Now::read();
        let state = self.entry.state();
        let good = |token: &Arc<Token>| self.phase(token, now) != Phase::Expired;
        state.token.as_ref().is_some_and(good) || state.paused(now).is_some()
    }

    /// Asks for all who wait. The outer error is this caller's own and not shared.
    fn lead(
        &self,
        ticket: Ticket,
        deadline: Instant,
        journal: &mut Journal,
    ) -> Result<Landing, Failure> {
        let landing = match self.ask(deadline, self.max_attempts, false, journal) {
            Ok((_, Adopted::Refused(failure))) => Err(failure),
            Ok((token, Adopted::Current | Adopted::NotKept)) => Ok(token),
            Err(Failed { failure, own: true }) => return Err(failure),
            Err(Failed { failure, own }) => {
                let failure = Arc::new(failure);
                self.entry
                    .failed(&failure, own, Now::read(), retry::random());
                Err(failure)
            }
        };
        ticket.land(landing.clone());
        Ok(landing)
    }

    /// Asks once, by a caller that has a token to fall back on. None is that fallback.
    fn refresh(
        &self,
        ticket: Ticket,
        until: Instant,
        journal: &mut Journal,
    ) -> Result<Option<Arc<Token>>, Failure> {
        let Failed { failure, own } = match self.ask(until, 1, false, journal) {
            Ok((_, Adopted::Refused(_))) => return Ok(None),
            Ok((token, Adopted::Current | Adopted::NotKept)) => {
                ticket.land(Ok(Arc::clone(&token)));
                return Ok(Some(token));
            }
            Err(_) if self.cancel.is_cancelled() => return Err(Failure::cancelled()),
            Err(failed) => failed,
        };
        journal.note(Level::Warning, || {
            format!("the refresh failed and the token at hand is used on: {failure}")
        });
        self.entry
            .failed(&Arc::new(failure), own, Now::read(), retry::random());
        Ok(None)
    }

    /// One request, with its retries; what it brought is known to the entry when this returns.
    fn ask(
        &self,
        deadline: Instant,
        attempts: u32,
        keep_connection: bool,
        journal: &mut Journal,
    ) -> Result<(Arc<Token>, Adopted), Failed> {
        let success = self.gateway.create_token(Call {
            deadline,
            attempts,
            keep_connection,
            key: self.entry.state().key(Now::read()),
            cancel: &self.cancel,
            journal,
        })?;
        let now = Now::read();
        let token = Arc::new(success.token);
        let adopted = if self.policy == CachePolicy::None {
            self.entry.used_key(success.key, now);
            Adopted::NotKept
        } else {
            self.entry.succeeded(&token, success.key, now)
        };
        Ok((token, adopted))
    }

    /// The gateway refused this token elsewhere.
    pub(crate) fn invalidate_token(&self, access: &str) {
        self.entry.invalidate(access.as_bytes(), Now::read());
    }

    fn may_go_on(&self) -> Result<(), Failure> {
        if self.cancel.is_cancelled() {
            return Err(Failure::cancelled());
        }
        Ok(())
    }

    fn phase(&self, token: &Token, now: Now) -> Phase {
        let jitter = life::process_jitter(retry::random);
        life::phase(token, now, self.refresh_margin, jitter)
    }

    fn given<'a>(&self, token: &'a Token, refresh_status: Status) -> Given<'a> {
        Given {
            token,
            now: Now::read(),
            refresh_status,
        }
    }
}

fn waited_in_vain() -> Failure {
    Failure::new(
        Status::MOMO_TIMED_OUT,
        "the time was up while waiting for the request of another thread; give the call more time",
    )
}

/// The end of a client; a token that it shared stays for its equals.
pub(crate) fn free(client: Client) {
    drop(client);
    cache::trim();
}
