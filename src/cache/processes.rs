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
use self::store::{Age, StoreError, Value, Values};
pub(crate) use self::store::{Lock, Store};
use super::registry::identity;
use crate::config::{CachePolicy, Settings};
use crate::credentials::Credentials;
use crate::net::Limits;
use crate::{CallLog, Failure, Level, Origin, Secret, Token};

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
    origin: Origin,
    /// Where it is, for a line in the log.
    pub(super) place: String,
    /// What the store knows it by.
    name: String,
    api_key: Secret,
    /// A token that was refused may still be there.
    owes_removal: AtomicBool,
    told_of_clock: AtomicBool,
}

#[derive(Default)]
pub(super) struct Found {
    pub(super) token: Option<Arc<Token>>,
    /// As it is in the store.
    sealed_token: Vec<u8>,
    pub(super) failure: Option<(Arc<Failure>, Duration)>,
}

impl Processes {
    pub(super) fn new(
        store: &Arc<dyn Store>,
        settings: &Settings,
        credentials: &Credentials,
    ) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"libmomo/1/name");
        let name = identity(&key, settings, credentials, "");
        let hex = |byte: &u8| [byte >> 4, byte & 15].map(|n| char::from_digit(n.into(), 16));
        let origin = match settings.cache {
            CachePolicy::File(_) => Origin::DIRECTORY,
            _ => Origin::REDIS,
        };
        Self {
            store: Arc::clone(store),
            origin,
            place: settings.cache.shown(),
            name: name.iter().flat_map(hex).flatten().collect(),
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

    pub(super) fn read(&self, limits: &Limits, log: &mut CallLog) -> store::Result<Found> {
        let values = self.store().read(&self.name, limits);
        Ok(self.found(self.logged(values, log)?, log))
    }

    fn found(&self, values: Values, log: &mut CallLog) -> Found {
        // Whoever waits for another process mostly finds nothing: what tells the time is files, too.
        if let (None, None) = (&values.token, &values.failure) {
            return Found::default();
        }
        let clocks = Clocks::read(self.store.clock());
        let mut found = Found::default();
        if let Some(Value { sealed, left }) = values.token {
            let plain = seal::open(&self.api_key, &self.name, &sealed);
            found.token = plain.and_then(|plain| {
                let record = Record::parse(&plain)?;
                if left.is_none() && record.is_of_another_clock(&clocks) {
                    self.tell_of_another_clock(clocks.steady.is_some(), log);
                }
                record.token(&clocks, left, self.origin).map(Arc::new)
            });
            found.sealed_token = sealed;
        }
        found.failure = values.failure.and_then(|value| {
            let plain = seal::open(&self.api_key, &self.name, &value.sealed)?;
            let (failure, left) = Record::parse(&plain)?.failure(&clocks, value.left)?;
            Some((Arc::new(failure), left))
        });
        found
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
        log.record(Level::WARNING, || why);
    }

    /// None if another process has it.
    pub(super) fn lock(&self, limits: &Limits, log: &mut CallLog) -> store::Result<Option<Lock>> {
        let lock = Arc::clone(&self.store).lock(&self.name, limits);
        self.logged(lock, log)
    }

    /// Shares a token that the gateway issued, unless a newer one is there.
    pub(crate) fn tell(&self, token: &Token, limits: &Limits, log: &mut CallLog) {
        let clocks = Clocks::read(self.store.clock());
        let left = token.left(clocks.now).filter(|left| !left.is_zero());
        let sealed = Record::of_token(token, &clocks).and_then(|record| self.seal(&record));
        let Some((left, sealed)) = left.zip(sealed) else {
            return;
        };
        let is_newer = |there: Arc<Token>| {
            there.issued.boot > token.issued.boot && there.access() != token.access()
        };
        // A server compares by its own clock. A directory that cannot be read is told of below.
        let values = match self.origin {
            Origin::DIRECTORY => self.store.read(&self.name, limits).ok(),
            _ => None,
        };
        let there = values.and_then(|values| self.found(values, log).token);
        if there.is_some_and(is_newer) {
            return;
        }
        let since_issue = clocks.now.boot.saturating_sub(token.issued.boot);
        let age = Age { since_issue, left };
        let written = self.store().write_token(&self.name, &sealed, age, limits);
        if self.logged(written, log).is_ok() {
            self.owes_removal.store(false, Ordering::Relaxed);
        }
    }

    /// Has other processes not ask for this time.
    pub(crate) fn tell_failure(
        &self,
        failure: &Failure,
        cooldown: Duration,
        limits: &Limits,
        log: &mut CallLog,
    ) {
        let clocks = Clocks::read(self.store.clock());
        let record = Record::of_failure(failure, cooldown, &clocks);
        if let Some(sealed) = record.and_then(|record| self.seal(&record)) {
            let store = &self.store;
            let written = store.write_failure(&self.name, &sealed, cooldown, limits);
            let _ = self.logged(written, log);
        }
    }

    fn seal(&self, plain: &[u8]) -> Option<Vec<u8>> {
        seal::seal(&self.api_key, &self.name, plain)
    }

    /// Removes the token if it is still this one.
    pub(crate) fn invalidate(&self, access: &[u8], limits: &Limits, log: &mut CallLog) {
        let owed_before = self.owes_removal.swap(true, Ordering::Relaxed);
        let owes = self.read(limits, log).and_then(|found| {
            if found.token.is_none_or(|token| token.access() != access) {
                return Ok(owed_before);
            }
            let sealed = &found.sealed_token;
            let removed = self.store().remove_token(&self.name, sealed, limits);
            self.logged(removed, log).map(|()| false)
        });
        self.owes_removal
            .store(owes.unwrap_or(true), Ordering::Relaxed);
    }

    /// Logs a failure, unless one was logged a moment ago.
    fn logged<T>(&self, outcome: store::Result<T>, log: &mut CallLog) -> store::Result<T> {
        outcome.inspect_err(|error| {
            if let StoreError::Failed(why) | StoreError::Unsafe(why) = error {
                let place = &self.place;
                let why = format!(
                    "the cache {place} cannot be used, and this process goes on by itself: {why}"
                );
                log.record(Level::WARNING, || why);
            }
        })
    }
}

#[cfg(test)]
mod tests;
