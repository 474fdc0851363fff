//! Cache entry: state, single flight, counters and log of one set of credentials.

use std::sync::Arc;

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
}

impl Entry {
    pub(crate) fn new(processes: Option<Processes>) -> Self {
        Self {
            state: ArcSwap::default(),
            single_flight: SingleFlight::new(),
            pending_log: PendingLog::new(),
            stats: Arc::default(),
            processes,
        }
    }

    /// Takes no lock and counts no reference: every payment comes through here.
    pub(crate) fn state(&self) -> Guard<Arc<State>> {
        self.state.load()
    }

    /// Whether this is the current token.
    pub(crate) fn has(&self, token: &Arc<Token>) -> bool {
        let state = self.state();
        state.token.as_ref().is_some_and(|t| Arc::ptr_eq(t, token))
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
            self.stats.tokens_adopted.add_one();
        }
        adopted
    }

    pub(crate) fn invalidate(&self, access: &[u8], now: Now) {
        self.update(|state| state.invalidated(access, now));
        self.stats.invalidations.add_one();
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
