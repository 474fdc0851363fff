//! Registry: every entry of the process, and how many clients each one has.
//!
//! It is one immutable value that is replaced as a whole and never locked, so that a forked child
//! can go on using it whatever other threads were doing. Its trees share all but a few nodes with
//! those they replace: a change costs the same with ten clients as with ten thousand.
//!
//! Three things always hold. The entry of a client that is not cancelled is in the registry. An
//! entry that clients share and that has none is idle, and there are at most [`MAX_IDLE`] idle
//! ones. An entry of a single client goes with that client.

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
use super::processes::{Processes, Store};
use crate::config::{Ca, Settings};
use crate::credentials::{Credential, Credentials};
use crate::sys::random;

/// Entries without a client that are kept for the next equal client.
const MAX_IDLE: usize = 256;

/// A digest, which holds no credentials.
type Identity = [u8; SHA256_OUTPUT_LEN];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Key {
    /// What a token depends on.
    Equals(Identity),
    /// A number of a single client's own.
    Private(u64),
}

#[derive(Clone)]
struct Registered {
    entry: Arc<Entry>,
    clients: usize,
}

/// With the standard library's counted pointer, whose memory order ThreadSanitizer follows.
#[derive(Clone, Default)]
struct Registry {
    entries: RedBlackTreeMap<Key, Registered, ArcK>,
    /// Those without a client, by the end of their tokens (boot clock): few enough to be copied.
    idle: Vec<(Duration, Key)>,
}

static REGISTRY: ArcSwapOption<Registry> = ArcSwapOption::const_empty();

/// A client's hold on its entry: until it is released the entry stays in the registry.
pub(crate) struct ClientEntry {
    key: Key,
    entry: Arc<Entry>,
    is_released: AtomicBool,
}

impl ClientEntry {
    /// The entry of a client with these credentials: that of its equals, or one of its own.
    /// `store` is where other processes share the token, too. A client whose credentials are others
    /// now goes on from the entry `former`.
    pub(crate) fn new(
        settings: &Settings,
        credentials: &Credentials,
        store: Option<&Arc<dyn Store>>,
        former: Option<&Entry>,
    ) -> Self {
        static PRIVATE: AtomicU64 = AtomicU64::new(0);
        let key = if settings.cache.joins_equal_clients() {
            let cache = settings.cache.shown();
            Key::Equals(identity(process_key(), settings, credentials, &cache))
        } else {
            Key::Private(PRIVATE.fetch_add(1, Ordering::Relaxed))
        };
        let mut fresh = Entry::new(store.map(|s| Processes::new(s, settings, credentials)));
        if let Some(former) = former {
            fresh.stats = Arc::clone(&former.stats);
            fresh.take_over(former);
        }
        let found = Self::with_fresh(key, fresh);
        if let Some(former) = former {
            // Equal clients may have had one already.
            found.take_over(former);
        }
        found
    }

    fn with_fresh(key: Key, fresh: Entry) -> Self {
        let fresh = Arc::new(fresh);
        let mut entry = Arc::clone(&fresh);
        // Finding the entry and counting its client are one step: nobody can evict it in between.
        REGISTRY.rcu(|registry| {
            let mut next = registry.as_deref().cloned().unwrap_or_default();
            entry = next.add_client(&key, &fresh);
            Some(Arc::new(next))
        });
        Self {
            key,
            entry,
            is_released: AtomicBool::new(false),
        }
    }

    /// The client is cancelled, and with it the request that nobody else has a use for.
    pub(crate) fn cancel(&self) {
        if self.release() {
            self.entry.single_flight.cancel_request();
            if matches!(self.key, Key::Private(_)) {
                // The registry knows it no more, and clears it no more.
                self.entry.clear();
            }
        }
    }

    /// The client will not ask for a token again. Returns whether it was the entry's last one.
    fn release(&self) -> bool {
        if self.is_released.swap(true, Ordering::SeqCst) {
            return false;
        }
        let state = self.entry.state();
        let token_end = state.token.as_ref().and_then(|t| Some(t.life?.end.boot));
        let mut was_last = false;
        REGISTRY.rcu(|registry| {
            let mut next = Registry::clone(registry.as_ref()?);
            was_last = next.remove_client(&self.key, token_end.unwrap_or_default());
            Some(Arc::new(next))
        });
        was_last
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
        // Its request goes on.
        self.release();
    }
}

/// Forgets and wipes every token of the process.
pub(crate) fn clear() {
    if let Some(registry) = REGISTRY.load().as_ref() {
        for registered in registry.entries.values() {
            registered.entry.clear();
        }
    }
}

impl Registry {
    /// Returns that client's entry: `fresh` if there was none.
    fn add_client(&mut self, key: &Key, fresh: &Arc<Entry>) -> Arc<Entry> {
        self.idle.retain(|(_, idle)| idle != key);
        let known = self.entries.get(key);
        let entry = Arc::clone(known.map_or(fresh, |registered| &registered.entry));
        let registered = Registered {
            entry: Arc::clone(&entry),
            clients: known.map_or(0, |registered| registered.clients) + 1,
        };
        self.entries.insert_mut(*key, registered);
        entry
    }

    fn remove_client(&mut self, key: &Key, token_end: Duration) -> bool {
        let Some(mut registered) = self.entries.get(key).cloned() else {
            return false;
        };
        registered.clients -= 1;
        if registered.clients > 0 {
            self.entries.insert_mut(*key, registered);
            return false;
        }
        if matches!(key, Key::Private(_)) {
            self.entries.remove_mut(key);
            return true;
        }
        self.entries.insert_mut(*key, registered);
        self.idle.push((token_end, *key));
        if self.idle.len() > MAX_IDLE {
            // Those whose tokens end first go first.
            self.idle.sort_unstable();
            self.entries.remove_mut(&self.idle.remove(0).1);
        }
        true
    }
}

/// Of the digests of this process alone.
fn process_key() -> &'static hmac::Key {
    static KEY: OnceBox<hmac::Key> = OnceBox::new();
    KEY.get_or_init(|| {
        // Without randomness they are plain digests, which are still no credentials.
        let bytes: [u8; SHA256_OUTPUT_LEN] = random::bytes().unwrap_or_default();
        Box::new(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
    })
}

/// Of an entry: clients that would trust another server, or send other credentials, have another
/// one. `cache` is where tokens are shared, as far as that matters.
pub(super) fn identity(
    key: &hmac::Key,
    settings: &Settings,
    credentials: &Credentials,
    cache: &str,
) -> Identity {
    let mut context = hmac::Context::with_key(key);
    // With its length before it: two parts never look like other two.
    let mut add = |part: &str| {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    };
    add(&settings.base_url.canonical());
    add(settings.product);
    match &settings.ca {
        Ca::System => add("system"),
        Ca::Mozilla => add("mozilla"),
        Ca::File(path) => add(&format!("file {}", path.display())),
        Ca::Pem(text) => add(text.expose()),
    }
    if let Some(proxy) = &settings.proxy {
        add(proxy.scheme.as_str());
        add(&proxy.host);
        add(&proxy.port.to_string());
        proxy.login().into_iter().flatten().for_each(&mut add);
    }
    add(cache);
    credentials.iter().map(Credential::expose).for_each(add);
    let tag = context.sign();
    tag.as_ref().try_into().expect("the length of SHA-256")
}

#[cfg(test)]
mod tests;
