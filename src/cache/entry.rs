//! Cache entry: state, single flight, counters and log of one set of credentials.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arc_swap::{ArcSwap, Guard};

use super::processes::Processes;
use super::single_flight::SingleFlight;
use super::state::State;
use crate::log::PendingLog;
use crate::{Now, Stats, Token};

#[derive(Default)]
pub(crate) struct Entry {
    state: ArcSwap<State>,
    pub(crate) single_flight: SingleFlight,
    pub(crate) pending_log: PendingLog,
    pub(crate) stats: Arc<Stats>,
    pub(crate) processes: Option<Processes>,
    /// The last token had no lifetime: only calls that wait for a request have one.
    pub(crate) lacks_lifetime: AtomicBool,
}

impl Entry {
    pub(crate) fn new(processes: Option<Processes>) -> Self {
        Self {
            processes,
            ..Self::default()
        }
    }

    /// Takes no lock and counts no reference: every payment comes through here.
    pub(crate) fn state(&self) -> Guard<Arc<State>> {
        self.state.load()
    }

    pub(crate) fn has(&self, token: &Arc<Token>) -> bool {
        let state = self.state();
        state.token.as_ref().is_some_and(|t| Arc::ptr_eq(t, token))
    }

    /// Whether there is a token that `seen` has not.
    pub(crate) fn has_other_token(&self, seen: &State) -> bool {
        let (state, seen) = (self.state(), seen.token.as_ref());
        let is_other = |token| seen.is_none_or(|seen| !Arc::ptr_eq(seen, token));
        state.token.as_ref().is_some_and(is_other)
    }

    /// Puts another state in place of this one. `change` runs again if another thread was faster.
    pub(crate) fn change<T>(&self, change: impl Fn(&mut State) -> T) -> T {
        let mut outcome = None;
        self.state.rcu(|state| {
            let mut next = State::clone(state);
            outcome = Some(change(&mut next));
            next
        });
        outcome.expect("a change that ran")
    }

    pub(crate) fn invalidate(&self, access: &[u8], now: Now) {
        if self.change(|state| state.invalidate(access, now)) {
            self.stats.invalidations.add_one();
        }
    }

    /// Uses the token of `former` if it has no good one of its own.
    pub(crate) fn take_over(&self, former: &Self) {
        let (former, now) = (former.state(), Now::read());
        self.change(|state| state.take_over(&former, now));
    }

    pub(crate) fn clear(&self) {
        self.change(State::clear);
    }
}
