//! The entry that a client uses: another takes its place when its credentials are rotated.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::{ArcSwapOption, Guard};

use super::entry::Entry;
use super::registry::ClientEntry;
use crate::config::Settings;
use crate::credentials::Credentials;

pub(crate) struct CurrentEntry {
    first: ClientEntry,
    /// Asked at every call, and so beside the pointer.
    was_replaced: AtomicBool,
    replacement: ArcSwapOption<ClientEntry>,
}

/// Keeps an entry alive while it is used.
pub(crate) enum EntryGuard<'a> {
    First(&'a ClientEntry),
    Replacement(Guard<Option<Arc<ClientEntry>>>, &'a ClientEntry),
}

impl CurrentEntry {
    pub(crate) fn new(first: ClientEntry) -> Self {
        Self {
            first,
            was_replaced: AtomicBool::new(false),
            replacement: ArcSwapOption::const_empty(),
        }
    }

    pub(crate) fn load(&self) -> EntryGuard<'_> {
        if self.was_replaced.load(Ordering::Acquire) {
            EntryGuard::Replacement(self.replacement.load(), &self.first)
        } else {
            EntryGuard::First(&self.first)
        }
    }

    /// The client is cancelled.
    pub(crate) fn cancel(&self) {
        self.first.cancel();
        if let Some(entry) = &*self.replacement.load() {
            entry.cancel();
        }
    }

    pub(crate) fn replace(&self, entry: ClientEntry) {
        self.replacement.store(Some(Arc::new(entry)));
        self.was_replaced.store(true, Ordering::Release);
    }
}

impl EntryGuard<'_> {
    fn client_entry(&self) -> &ClientEntry {
        match self {
            Self::First(entry) => entry,
            Self::Replacement(replacement, first) => match &**replacement {
                Some(entry) => entry,
                None => first,
            },
        }
    }

    /// Whether it is that of clients with these credentials.
    pub(crate) fn is_for(&self, settings: &Settings, credentials: &Credentials) -> bool {
        self.client_entry().is_for(settings, credentials)
    }
}

impl std::ops::Deref for EntryGuard<'_> {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        self.client_entry()
    }
}
