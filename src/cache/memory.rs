//! Every entry of the process.
//!
//! Both lists are replaced as a whole and never locked, so that a forked child can go on using
//! them whatever other threads were doing.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use arc_swap::ArcSwapOption;
use once_cell::race::OnceBox;
use ring::digest::SHA256_OUTPUT_LEN;
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use super::entry::Entry;
use crate::clock::Now;
use crate::config::{Ca, CachePolicy, Credential, ProxyUrl, Settings};
use crate::life;

/// Entries without a client that are kept for the next equal client.
const IDLE: usize = 256;

/// A digest, so that the map holds no credentials.
type Key = [u8; SHA256_OUTPUT_LEN];

type Shared = HashMap<Key, Arc<Entry>>;

static SHARED: ArcSwapOption<Shared> = ArcSwapOption::const_empty();
static PRIVATE: ArcSwapOption<Vec<Weak<Entry>>> = ArcSwapOption::const_empty();

/// The entry of a new client: that of its equals, or one of its own.
pub(crate) fn entry_for(settings: &Settings) -> Arc<Entry> {
    let fresh = Arc::new(Entry::new());
    if settings.cache != CachePolicy::Process {
        PRIVATE.rcu(|all| {
            let alive = all.iter().flat_map(|a| a.iter());
            let alive = alive.filter(|e| e.strong_count() > 0).cloned();
            Some(Arc::new(
                alive.chain([Arc::downgrade(&fresh)]).collect::<Vec<_>>(),
            ))
        });
        return fresh;
    }
    let key = key(settings);
    if let Some(entry) = SHARED.load().as_ref().and_then(|all| all.get(&key)) {
        return Arc::clone(entry);
    }
    let mut entry = fresh;
    SHARED.rcu(|all| {
        let mut next = all.as_ref().map(|a| Shared::clone(a)).unwrap_or_default();
        entry = Arc::clone(next.entry(key).or_insert_with(|| Arc::clone(&entry)));
        Some(Arc::new(next))
    });
    entry
}

/// Called when a client is gone: its token stays for the next equal one, within bounds.
pub(crate) fn trim() {
    let crowded =
        |all: &Shared| all.len() > IDLE && all.values().filter(|e| is_idle(e)).count() > IDLE;
    if SHARED.load().as_ref().is_some_and(|all| crowded(all)) {
        SHARED.rcu(|all| all.as_ref().map(|all| Arc::new(without_idle(all))));
    }
}

/// Forgets and wipes every token of the process.
pub(crate) fn clear() {
    if let Some(all) = SHARED.load().as_ref() {
        all.values().for_each(|e| e.clear());
    }
    if let Some(all) = PRIVATE.load().as_ref() {
        all.iter().filter_map(Weak::upgrade).for_each(|e| e.clear());
    }
}

/// No client has it: the map's own reference is the only one.
fn is_idle(entry: &Arc<Entry>) -> bool {
    Arc::strong_count(entry) == 1
}

/// Half of the idle entries go, those first whose tokens end first.
fn without_idle(all: &Shared) -> Shared {
    let now = Now::read();
    let left = |entry: &Arc<Entry>| {
        let state = entry.state();
        state.token.as_ref().and_then(|t| life::left(t, now))
    };
    let mut idle: Vec<_> = all
        .iter()
        .filter(|(_, e)| is_idle(e))
        .map(|(k, e)| (left(e), *k))
        .collect();
    idle.sort_unstable();
    let mut next = all.clone();
    for (_, key) in idle.iter().take(idle.len().saturating_sub(IDLE / 2)) {
        next.remove(key);
    }
    next
}

/// What a token depends on: clients that would trust another answer do not share.
fn key(settings: &Settings) -> Key {
    static PROCESS: OnceBox<hmac::Key> = OnceBox::new();
    let process = PROCESS.get_or_init(|| {
        let mut random = [0; SHA256_OUTPUT_LEN];
        // Without randomness the key is a plain digest, which is still no credential.
        let _ = SystemRandom::new().fill(&mut random);
        Box::new(hmac::Key::new(hmac::HMAC_SHA256, &random))
    });
    let mut context = hmac::Context::with_key(process);
    let mut add = |part: &str| {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    };
    add(&settings.base_url.canonical());
    add(settings.product);
    add(settings.api_user.expose());
    add(settings.api_key.expose());
    match &settings.ca {
        Ca::System => add("system"),
        Ca::Mozilla => add("mozilla"),
        Ca::File(path) => add(&format!("file {}", path.display())),
    }
    add(&zeroize::Zeroizing::new(
        settings
            .proxy
            .as_ref()
            .map(ProxyUrl::to_url)
            .unwrap_or_default(),
    ));
    for key in settings.subscription_keys.iter().map(Credential::expose) {
        add(key);
    }
    let mut out = Key::default();
    out.copy_from_slice(context.sign().as_ref());
    out
}
