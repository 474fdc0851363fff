//! The part of an entry that other processes share: the token, sealed; a failure, so that fifty
//! processes do not fail one after the other; and a lock, so that one of them asks for all.
//!
//! What is read here was written by anyone who can write to the store. A value that does not open
//! with the API key, or whose time is up, is none. Nothing that fails here stops a call: it is a
//! line in the log, and the process goes on by itself.

mod file;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod record;
mod redis;
mod seal;
mod store;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ring::hmac;

use self::record::{Clocks, Record};
use self::seal::ValueKind;
pub(crate) use self::store::{Lock, Store};
use self::store::{NewToken, StoreError, Value, Values};
use super::registry::identity;
use crate::config::{CachePolicy, Settings};
use crate::credentials::Credentials;
use crate::{CallLog, Deadline, Failure, Level, Origin, Secret, SecretBytes, Token, life};

/// Where the settings say that tokens are shared. An error says that this place is unsafe; if it
/// cannot be reached it is used once it can be. Touches no network.
pub(crate) fn open(settings: &Settings) -> Result<Option<Arc<dyn Store>>, Failure> {
    Ok(match &settings.cache {
        CachePolicy::Process | CachePolicy::Client | CachePolicy::None => None,
        CachePolicy::File(directory) => Some(Arc::new(file::FileStore::open(directory)?)),
        CachePolicy::Redis(url) => Some(redis::Server::of(url, &settings.ca)?),
    })
}

pub(crate) struct Processes {
    store: Arc<dyn Store>,
    /// Where it is, for a line in the log.
    place: String,
    /// What the store knows it by.
    name: String,
    api_key: Secret,
    /// A token that was refused may still be there.
    owes_removal: AtomicBool,
    told_of_clock: AtomicBool,
}

pub(super) struct Found {
    pub(super) token: Option<FoundToken>,
    pub(super) failure: Option<(Arc<Failure>, Duration)>,
}

pub(super) struct FoundToken {
    pub(super) token: Arc<Token>,
    sealed: Vec<u8>,
}

pub(super) struct Unavailable;

impl Processes {
    pub(super) fn new(
        store: &Arc<dyn Store>,
        settings: &Settings,
        credentials: &Credentials,
    ) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"libmomo/1/name");
        let name = identity(&key, settings, credentials, "");
        Self {
            store: Arc::clone(store),
            place: settings.cache.shown(),
            name: name.iter().map(|byte| format!("{byte:02x}")).collect(),
            api_key: Secret::new(credentials.api_key.expose()),
            owes_removal: AtomicBool::new(false),
            told_of_clock: AtomicBool::new(false),
        }
    }

    /// As long as a refused token may be there, the store is asked even if it failed a moment ago.
    fn store(&self) -> &Arc<dyn Store> {
        if self.owes_removal.load(Ordering::Relaxed) {
            self.store.insist();
        }
        &self.store
    }

    pub(super) fn read(&self, deadline: Deadline, log: &mut CallLog) -> Result<Found, Unavailable> {
        let values = self.store().read(&self.name, deadline);
        let values = self.or_log(values, log)?;
        Ok(self.found(values, log))
    }

    /// What is in a directory. None if it cannot be read, which the request that follows logs.
    pub(super) fn look(&self, deadline: Deadline, log: &mut CallLog) -> Option<Found> {
        if self.store.origin() != Origin::File {
            return None;
        }
        let values = self.store().read(&self.name, deadline).ok()?;
        Some(self.found(values, log))
    }

    fn found(&self, values: Values, log: &mut CallLog) -> Found {
        let clocks = Clocks::read(self.store.clock());
        let token = values.token.and_then(|value| {
            let plain = self.open(ValueKind::Token, &value)?;
            let record = Record::parse(&plain)?;
            if value.left.is_none() && record.is_of_another_clock(&clocks) {
                self.tell_of_another_clock(clocks.steady.is_some(), log);
            }
            let token = record.token(&clocks, value.left, self.store.origin())?;
            Some(FoundToken {
                token: Arc::new(token),
                sealed: value.sealed,
            })
        });
        let failure = values.failure.and_then(|value| {
            let plain = self.open(ValueKind::Failure, &value)?;
            let (failure, left) = Record::parse(&plain)?.failure(&clocks, value.left)?;
            Some((Arc::new(failure), left))
        });
        Found { token, failure }
    }

    fn open(&self, kind: ValueKind, value: &Value) -> Option<SecretBytes> {
        seal::open(&self.api_key, kind, &self.name, &value.sealed)
    }

    /// Once: nothing is shared like this, and nothing fails.
    fn tell_of_another_clock(&self, knows_its_own: bool, log: &mut CallLog) {
        if self.told_of_clock.swap(true, Ordering::Relaxed) {
            return;
        }
        let why = if knows_its_own {
            "it was written before the machine was started, or where the boot ID is another (a container)"
        } else {
            "/proc/sys/kernel/random/boot_id cannot be read, so whether it was written before the \
             machine was started is not known"
        };
        let place = &self.place;
        let why = format!(
            "a token in {place} is not used: {why}; give a directory in memory, like one below /run"
        );
        log.record(Level::Warning, || why);
    }

    pub(super) fn lock(
        &self,
        deadline: Deadline,
        log: &mut CallLog,
    ) -> Result<Option<Lock>, Unavailable> {
        let lock = Arc::clone(&self.store).lock(&self.name, deadline);
        self.or_log(lock, log)
    }

    /// Shares a token that the gateway issued.
    pub(crate) fn tell(&self, token: &Token, deadline: Deadline, log: &mut CallLog) {
        let clocks = Clocks::read(self.store.clock());
        let Some(left) = life::left(token, clocks.now).filter(|left| !left.is_zero()) else {
            return;
        };
        let record = Record::of_token(token, &clocks);
        let Some(sealed) = record.and_then(|record| self.seal(ValueKind::Token, &record)) else {
            return;
        };
        let is_newer = |value: &Value| {
            let plain = self.open(ValueKind::Token, value)?;
            let there = Record::parse(&plain)?;
            let there = there.token(&clocks, value.left, self.store.origin())?;
            Some(there.issued.boot > token.issued.boot && there.access() != token.access())
        };
        let new = NewToken {
            sealed: &sealed,
            age: clocks.now.boot.saturating_sub(token.issued.boot),
            left,
            is_newer: &|value| is_newer(value) == Some(true),
        };
        let written = self.store().write_token(&self.name, &new, deadline);
        if self.or_log(written, log).is_ok() {
            self.owes_removal.store(false, Ordering::Relaxed);
        }
    }

    /// Has other processes not ask for this time.
    pub(crate) fn tell_failure(
        &self,
        failure: &Failure,
        cooldown: Duration,
        deadline: Deadline,
        log: &mut CallLog,
    ) {
        let clocks = Clocks::read(self.store.clock());
        let record = Record::of_failure(failure, cooldown, &clocks);
        let Some(sealed) = record.and_then(|record| self.seal(ValueKind::Failure, &record)) else {
            return;
        };
        let store = &self.store;
        let written = store.write_failure(&self.name, &sealed, cooldown, deadline);
        let _ = self.or_log(written, log);
    }

    fn seal(&self, slot: ValueKind, plain: &[u8]) -> Option<Vec<u8>> {
        seal::seal(&self.api_key, slot, &self.name, plain)
    }

    /// Removes the token if it is still this one.
    pub(crate) fn invalidate(&self, access: &[u8], deadline: Deadline, log: &mut CallLog) {
        let owed_before = self.owes_removal.swap(true, Ordering::Relaxed);
        match self.read(deadline, log) {
            Ok(Found {
                token: Some(found), ..
            }) if found.token.access() == access => self.remove(&found, deadline, log),
            Ok(_) => self.owes_removal.store(owed_before, Ordering::Relaxed),
            Err(Unavailable) => {}
        }
    }

    pub(super) fn remove(&self, found: &FoundToken, deadline: Deadline, log: &mut CallLog) {
        let removed = self
            .store()
            .remove_token(&self.name, &found.sealed, deadline);
        let is_owed = self.or_log(removed, log).is_err();
        self.owes_removal.store(is_owed, Ordering::Relaxed);
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    fn or_log<T>(
        &self,
        outcome: Result<T, StoreError>,
        log: &mut CallLog,
    ) -> Result<T, Unavailable> {
        outcome.map_err(|error| {
            if let StoreError::Failed(why) = error {
                let place = &self.place;
                let why = format!(
                    "the cache {place} cannot be used, and this process goes on by itself: {why}"
                );
                log.record(Level::Warning, || why);
            }
            Unavailable
        })
    }
}

#[cfg(test)]
mod tests;
