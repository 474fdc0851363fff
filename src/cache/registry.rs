//! Every entry of the process, and how many clients each one has.
//!
//! The registry is one immutable value that is replaced as a whole and never locked, so that a
//! forked child can go on using it whatever other threads were doing. Its maps share all but a few
//! nodes with those they replace: a change costs the same with ten clients as with ten thousand.
//!
//! Three things always hold. A live client's entry is in the registry. An entry that clients share
//! and that has none is idle, and there are at most [`MAX_IDLE`] idle ones. An entry of a single
//! client goes with that client.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use archery::ArcK;
use once_cell::race::OnceBox;
use ring::digest::SHA256_OUTPUT_LEN;
use ring::hmac;
use rpds::RedBlackTreeMap;

use super::entry::Entry;
use super::identity::{Identity, identity};
use super::processes::{Processes, Store};
use crate::config::Settings;
use crate::credentials::Credentials;
use crate::sys::random;

/// Entries without a client that are kept for the next equal client.
const MAX_IDLE: usize = 256;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Key {
    /// A digest of what a token depends on: the registry holds no credentials.
    Equals(Identity),
    /// A number of a single client's own.
    Private(u64),
}

/// The order in which idle entries go: those first whose tokens end first, by the boot clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct IdleOrder {
    token_end: Duration,
    sequence: u64,
}

#[derive(Clone)]
struct RegistryEntry {
    entry: Arc<Entry>,
    clients: usize,
    /// Its place among the idle ones, where it has no client.
    idle: Option<IdleOrder>,
}

#[derive(Clone, Default)]
struct Registry {
    /// With the standard library's counted pointer, whose memory order ThreadSanitizer follows.
    slots: RedBlackTreeMap<Key, RegistryEntry, ArcK>,
    /// In order. It is short: copying it costs as much as a change of a tree.
    idle: Arc<Vec<(IdleOrder, Key)>>,
    next_sequence: u64,
}

static REGISTRY: ArcSwapOption<Registry> = ArcSwapOption::const_empty();

/// A client's hold on its entry: while there is one the entry stays in the registry.
pub(crate) struct ClientEntry {
    key: Key,
    entry: Arc<Entry>,
    is_cancelled: AtomicBool,
}

impl ClientEntry {
    /// The entry of a client with these credentials: that of its equals, or one of its own.
    /// `store` is where other processes share the token, too.
    pub(crate) fn new(
        settings: &Settings,
        credentials: &Credentials,
        store: Option<&Arc<dyn Store>>,
    ) -> Self {
        static PRIVATE: AtomicU64 = AtomicU64::new(0);
        let key = if settings.cache.joins_equal_clients() {
            Key::Equals(process_identity(settings, credentials))
        } else {
            Key::Private(PRIVATE.fetch_add(1, Ordering::Relaxed))
        };
        let processes = store.map(|store| Processes::new(store, settings, credentials));
        Self::with_fresh(key, Entry::new(processes))
    }

    /// The entry of a client whose credentials are others now; its entry was `former`.
    pub(crate) fn after(
        former: &Entry,
        settings: &Settings,
        credentials: &Credentials,
        store: Option<&Arc<dyn Store>>,
    ) -> Self {
        let key = Key::Equals(process_identity(settings, credentials));
        let processes = store.map(|store| Processes::new(store, settings, credentials));
        let entry = Self::with_fresh(key, Entry::after(former, processes));
        // Where equal clients had one already.
        entry.take_over(former);
        entry
    }

    pub(super) fn is_for(&self, settings: &Settings, credentials: &Credentials) -> bool {
        self.key == Key::Equals(process_identity(settings, credentials))
    }

    fn with_fresh(key: Key, fresh: Entry) -> Self {
        let fresh = Arc::new(fresh);
        let mut entry = Arc::clone(&fresh);
        // Finding the entry and counting its client are one step: nobody can evict it in between.
        REGISTRY.rcu(|registry| {
            let registry = registry.as_ref().map(|r| Registry::clone(r));
            let (next, found) = registry.unwrap_or_default().with_client(&key, &fresh);
            entry = found;
            Some(Arc::new(next))
        });
        entry.add_user();
        Self {
            key,
            entry,
            is_cancelled: AtomicBool::new(false),
        }
    }

    /// The client is cancelled: it will not ask for a token again.
    pub(super) fn cancel(&self) {
        if !self.is_cancelled.swap(true, Ordering::SeqCst) {
            self.entry.cancel_user();
        }
    }
}

impl std::ops::Deref for ClientEntry {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        &self.entry
    }
}

impl Drop for ClientEntry {
    fn drop(&mut self) {
        if !*self.is_cancelled.get_mut() {
            self.entry.remove_user();
        }
        let state = self.entry.state();
        let token_end = state.token.as_ref().and_then(|t| Some(t.life?.end.boot));
        REGISTRY.rcu(|registry| {
            let registry = registry.as_ref()?;
            Some(Arc::new(
                registry.without_client(&self.key, token_end.unwrap_or_default()),
            ))
        });
    }
}

/// Forgets and wipes every token of the process.
pub(crate) fn clear() {
    if let Some(registry) = REGISTRY.load().as_ref() {
        registry.slots.values().for_each(|slot| slot.entry.clear());
    }
}

impl Registry {
    /// With one client more at this key, and that client's entry: `fresh` where there was none.
    fn with_client(&self, key: &Key, fresh: &Arc<Entry>) -> (Self, Arc<Entry>) {
        let mut next = self.clone();
        let mut slot = self
            .slots
            .get(key)
            .cloned()
            .unwrap_or_else(|| RegistryEntry {
                entry: Arc::clone(fresh),
                clients: 0,
                idle: None,
            });
        slot.clients += 1;
        if let Some(order) = slot.idle.take() {
            next.remove_idle(&order);
        }
        let entry = Arc::clone(&slot.entry);
        next.slots.insert_mut(key.clone(), slot);
        (next, entry)
    }

    /// With one client less at this key. `token_end` is when its token ends, zero without one.
    fn without_client(&self, key: &Key, token_end: Duration) -> Self {
        let mut next = self.clone();
        let Some(mut slot) = self.slots.get(key).cloned() else {
            return next;
        };
        slot.clients = slot.clients.saturating_sub(1);
        if slot.clients > 0 {
            next.slots.insert_mut(key.clone(), slot);
            return next;
        }
        if matches!(key, Key::Private(_)) {
            next.slots.remove_mut(key);
            return next;
        }
        let order = IdleOrder {
            token_end,
            sequence: self.next_sequence,
        };
        next.next_sequence += 1;
        slot.idle = Some(order);
        next.insert_idle(order, key.clone());
        next.slots.insert_mut(key.clone(), slot);
        if next.idle.len() > MAX_IDLE {
            let (_, first) = Arc::make_mut(&mut next.idle).remove(0);
            next.slots.remove_mut(&first);
        }
        next
    }

    fn insert_idle(&mut self, order: IdleOrder, key: Key) {
        let at = self.idle.partition_point(|(other, _)| *other < order);
        Arc::make_mut(&mut self.idle).insert(at, (order, key));
    }

    fn remove_idle(&mut self, order: &IdleOrder) {
        if let Ok(at) = self.idle.binary_search_by_key(order, |(other, _)| *other) {
            Arc::make_mut(&mut self.idle).remove(at);
        }
    }
}

/// Within this process: the key of the digest is its own.
fn process_identity(settings: &Settings, credentials: &Credentials) -> Identity {
    static PROCESS: OnceBox<hmac::Key> = OnceBox::new();
    let process = PROCESS.get_or_init(|| {
        let mut bytes = [0; SHA256_OUTPUT_LEN];
        // Without randomness the key is a plain digest, which is still no credential.
        let _ = random::fill(&mut bytes);
        Box::new(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
    });
    identity(process, settings, credentials, &settings.cache.shown())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "registry_tests.rs"]
mod tests;
