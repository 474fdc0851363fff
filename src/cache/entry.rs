//! Cache entry: state, single flight, counters and log of one set of credentials.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arc_swap::{ArcSwap, Guard};

use super::processes::Processes;
use super::single_flight::SingleFlight;
use super::state::State;
use crate::clock::Now;
use crate::error::Failure;
use crate::log::PendingLog;
use crate::stats::Stats;
use crate::token::Token;

pub(crate) struct Entry {
    state: ArcSwap<State>,
    pub(crate) single_flight: SingleFlight,
    /// What background requests have to say.
    pub(crate) pending_log: PendingLog,
    pub(crate) stats: Arc<Stats>,
    /// What other processes know of it.
    pub(crate) processes: Option<Processes>,
    /// Clients that use it and were not cancelled.
    users: AtomicUsize,
}

impl Entry {
    pub(crate) fn new(processes: Option<Processes>) -> Self {
        Self {
            state: ArcSwap::default(),
            single_flight: SingleFlight::new(),
            pending_log: PendingLog::new(),
            stats: Arc::default(),
            processes,
            users: AtomicUsize::new(0),
        }
    }

    pub(super) fn add_user(&self) {
        self.users.fetch_add(1, Ordering::SeqCst);
    }

    /// A client is freed, and its request goes on.
    pub(super) fn remove_user(&self) {
        self.users.fetch_sub(1, Ordering::SeqCst);
    }

    /// A client is cancelled, and with it the request that nobody else has a use for.
    pub(super) fn cancel_user(&self) {
        if self.users.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.single_flight.cancel_request();
        }
    }

    /// Takes no lock and counts no reference: every payment comes through here.
    pub(crate) fn state(&self) -> Guard<Arc<State>> {
        self.state.load()
    }

    /// Puts another state in place of this one. `next` runs again if another thread was faster.
    pub(crate) fn update(&self, mut next: impl FnMut(&State) -> Option<State>) {
        self.state
            .rcu(|state| next(state).map_or_else(|| Arc::clone(state), Arc::new));
    }

    pub(crate) fn succeeded(
        &self,
        token: &Arc<Token>,
        key: usize,
        keep: bool,
        now: Now,
    ) -> Result<(), Arc<Failure>> {
        let mut outcome = Ok(());
        self.update(|state| {
            let next;
            (next, outcome) = state.succeeded(token, key, keep, now);
            Some(next)
        });
        outcome
    }

    /// Another process was given this token. Returns whether it is the current one now.
    pub(crate) fn adopt(&self, token: &Arc<Token>, now: Now) -> bool {
        let mut adopted = false;
        self.update(|state| {
            let next = state.adopted(token, now);
            adopted = next.is_some();
            next
        });
        if adopted {
            self.stats.adopted();
        }
        adopted
    }

    pub(crate) fn invalidate(&self, access: &[u8], now: Now) {
        self.update(|state| state.invalidated(access, now));
        self.stats.invalidated();
    }

    /// Uses the token of `former` if it has no good one of its own.
    pub(super) fn take_over(&self, former: &Self) {
        let (former, now) = (former.state(), Now::read());
        self.update(|state| Some(state.taking_over(&former, now)));
    }

    pub(crate) fn clear(&self) {
        self.update(|state| Some(state.cleared()));
    }
}
