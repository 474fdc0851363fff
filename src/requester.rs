//! The requests for an entry's token: on the thread of a caller, or on one of the library's own.

mod background;
mod request;

use std::sync::Arc;
use std::time::Duration;

use crate::cache::{
    self, ClientEntry, CurrentEntry, Entry, EntryGuard, Leader, Outcome, Store, StoreOutcome, Turn,
    Wait,
};
use crate::cancellation::Cancellation;
use crate::clock::Now;
use crate::config::Settings;
use crate::deadline::Deadline;
use crate::error::Failure;
use crate::gateway::{Authentication, RequestError, Transport, retry};
use crate::log::{CallLog, Level};
use crate::rotation::Rotation;
use crate::token::Token;
use request::Wanted;

/// The longest refresh of a token that is still good.
pub(crate) const LONGEST_REFRESH: Duration = Duration::from_secs(5);

/// What a background request has beyond its deadline, to tell those who wait.
pub(crate) const GRACE: Duration = Duration::from_millis(250);

/// What a client has in common with its clones.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) rotation: Rotation,
    /// Where other processes share the tokens.
    store: Option<Arc<dyn Store>>,
    entry: CurrentEntry,
}

/// What a client, or a clone, has for itself: its connections, and what ends them.
pub(crate) struct Requester {
    pub(crate) shared: Arc<Shared>,
    transport: Transport,
    pub(crate) cancellation: Arc<Cancellation>,
}

impl Shared {
    /// Reads the files of the credentials.
    fn new(settings: Settings) -> Result<Self, Failure> {
        let rotation = Rotation::new(&settings)?;
        let credentials = &rotation.authentication().credentials;
        let store = cache::open(&settings)?;
        Ok(Self {
            entry: CurrentEntry::new(ClientEntry::new(&settings, credentials, store.as_ref())),
            rotation,
            store,
            settings,
        })
    }

    pub(crate) fn entry(&self) -> EntryGuard<'_> {
        self.entry.load()
    }

    /// The entry of a client goes with its credentials.
    fn follow(&self, authentication: &Authentication) {
        if !self.settings.cache.is_shared() || !self.settings.credentials.has_files() {
            return;
        }
        let credentials = &authentication.credentials;
        let former = self.entry();
        if !former.is_for(&self.settings, credentials) {
            let store = self.store.as_ref();
            let next = ClientEntry::after(&former, &self.settings, credentials, store);
            self.entry.replace(next);
        }
    }
}

/// Whose time a leader has.
enum OwnTime {
    /// Where it is up, that is nobody else's failure.
    TheCaller,
    /// The option `timeout` of every client of the entry.
    TheOption,
}

/// What became of a refresh.
pub(crate) enum Refreshed {
    Token(Arc<Token>),
    /// The entry is in a cooldown.
    Failed,
    /// Another process is asking.
    LeftToOthers,
    /// The client uses another entry now: its credentials have changed.
    EntryReplaced,
}

impl Requester {
    /// Touches no network.
    pub(crate) fn new(settings: Settings) -> Result<Self, Failure> {
        let cancellation = Arc::new(Cancellation::new());
        let shared = Arc::new(Shared::new(settings)?);
        Ok(Self {
            transport: Transport::new(&shared.settings)?,
            shared,
            cancellation,
        })
    }

    /// With the same entry and credentials, and connections of its own. It is cancelled by itself,
    /// and with this one.
    pub(crate) fn clone_of(original: &Self) -> Self {
        let cancellation = Arc::new(Cancellation::child(&original.cancellation));
        Self {
            shared: Arc::clone(&original.shared),
            transport: original.transport.with_own_connections(),
            cancellation,
        }
    }

    pub(crate) fn entry(&self) -> EntryGuard<'_> {
        self.shared.entry()
    }

    /// Final: ends the requests in progress, in the background too, and every later one.
    pub(crate) fn cancel(&self) {
        self.cancellation.cancel();
        self.entry().single_flight.wake_waiters();
    }

    /// A new token, whatever the entry has.
    pub(crate) fn create(
        &self,
        deadline: Deadline,
        log: &mut CallLog,
    ) -> Result<(Arc<Token>, StoreOutcome), Failure> {
        self.request(Wanted {
            keep_connection: true,
            ..self.in_full(None, deadline, log)
        })
        .map_err(|error| error.failure)?
        .ok_or_else(|| Failure::internal("a request without a leader was left to one"))
    }

    /// Asks for all who wait. The outer error is this caller's alone and not shared. None where
    /// the client uses another entry now: the caller, and those who wait, are to look again.
    pub(crate) fn lead(
        &self,
        leader: Leader,
        deadline: Deadline,
        log: &mut CallLog,
    ) -> Result<Option<Outcome>, Failure> {
        let outcome = self.ask(&leader, deadline, OwnTime::TheCaller, log)?;
        if let Some(outcome) = &outcome {
            leader.finish(outcome.clone());
        }
        Ok(outcome)
    }

    /// Asks once for a new token while the present one is still good.
    pub(crate) fn refresh(
        &self,
        leader: Leader,
        until: Deadline,
        log: &mut CallLog,
    ) -> Result<Refreshed, Failure> {
        // The caller has a token, and waits for no other process.
        let refreshed = self.ask_once(&leader, until, Deadline::now(), log)?;
        if let Refreshed::Token(token) = &refreshed {
            leader.finish(Ok(Arc::clone(token)));
        }
        Ok(refreshed)
    }

    /// The outcome for all who wait, which the entry knows. An error holds for nobody else.
    fn ask(
        &self,
        leader: &Leader,
        deadline: Deadline,
        own_time: OwnTime,
        log: &mut CallLog,
    ) -> Result<Option<Outcome>, Failure> {
        let Some(entry) = self.entry_of(leader, deadline, log)? else {
            return Ok(None);
        };
        let left = deadline.left();
        let wait = Wait {
            until: deadline - LONGEST_REFRESH.min(left / 2),
            deadline,
        };
        // Kept until the outcome is known to other processes.
        let turn = entry.take_turn(wait, &self.cancellation, log);
        let _lock = match turn.ok_or_else(Failure::cancelled)? {
            Turn::Settled(outcome) => return Ok(Some(outcome)),
            Turn::Ours(lock) => lock,
            // It may hang.
            Turn::Theirs => None,
        };
        let error = match self.request(self.in_full(Some(leader), deadline, log)) {
            Ok(None) => return Ok(None),
            Ok(Some((_, StoreOutcome::Invalidated(failure)))) => return Ok(Some(Err(failure))),
            Ok(Some((token, _))) => return Ok(Some(Ok(token))),
            Err(error) => error,
        };
        let shared = match own_time {
            OwnTime::TheCaller => error.shared,
            OwnTime::TheOption => !self.cancellation.is_cancelled(),
        };
        if shared {
            let failure = failed(&entry, error.failure, true, deadline, log);
            Ok(Some(Err(failure)))
        } else {
            Err(error.failure)
        }
    }

    /// One attempt while a token is at hand: where it fails that one is used on.
    fn ask_once(
        &self,
        leader: &Leader,
        until: Deadline,
        wait_until: Deadline,
        log: &mut CallLog,
    ) -> Result<Refreshed, Failure> {
        let Some(entry) = self.entry_of(leader, until, log)? else {
            return Ok(Refreshed::EntryReplaced);
        };
        let wait = Wait {
            until: wait_until,
            deadline: until,
        };
        let turn = entry.take_turn(wait, &self.cancellation, log);
        let _lock = match turn.ok_or_else(Failure::cancelled)? {
            Turn::Settled(Ok(token)) => return Ok(Refreshed::Token(token)),
            Turn::Settled(Err(_)) => return Ok(Refreshed::Failed),
            Turn::Theirs => return Ok(Refreshed::LeftToOthers),
            Turn::Ours(lock) => lock,
        };
        let once = Wanted {
            attempts: 1,
            ..self.in_full(Some(leader), until, log)
        };
        let RequestError { failure, shared } = match self.request(once) {
            Ok(None) => {
                entry.stats.refresh_ended(true);
                return Ok(Refreshed::EntryReplaced);
            }
            Ok(Some((_, StoreOutcome::Invalidated(_)))) => {
                entry.stats.refresh_ended(true);
                return Ok(Refreshed::Failed);
            }
            Ok(Some((token, _))) => {
                entry.stats.refresh_ended(false);
                return Ok(Refreshed::Token(token));
            }
            Err(_) if self.cancellation.is_cancelled() => return Err(Failure::cancelled()),
            Err(error) => error,
        };
        entry.stats.refresh_ended(true);
        log.record(Level::Warning, || {
            format!("the refresh failed and the token at hand is used on: {failure}")
        });
        failed(&entry, failure, shared, until, log);
        Ok(Refreshed::Failed)
    }

    /// The entry that this leader asks for. None where the client's credentials are others by now,
    /// and another entry is theirs: whoever waits for a token of the former ones must not be given
    /// one of the new.
    fn entry_of(
        &self,
        leader: &Leader,
        deadline: Deadline,
        log: &mut CallLog,
    ) -> Result<Option<EntryGuard<'_>>, Failure> {
        self.authentication(false, &mut self.in_full(Some(leader), deadline, log))
            .map_err(|error| error.failure)?;
        let entry = self.entry();
        Ok(entry.single_flight.is_led_by(leader).then_some(entry))
    }
}

/// Begins a cooldown; `shared` says whether every caller is given the failure.
fn failed(
    entry: &Entry,
    failure: Failure,
    shared: bool,
    deadline: Deadline,
    log: &mut CallLog,
) -> Arc<Failure> {
    let failure = Arc::new(failure);
    entry.failed(&failure, shared, Now::read(), retry::random());
    if let Some(others) = entry.shared.as_ref().filter(|_| shared) {
        let cooldown = entry.state().cooldown(Now::read());
        others.share_failure(&failure, cooldown, deadline, log);
    }
    failure
}
