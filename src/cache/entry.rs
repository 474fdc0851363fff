//! Cache entry: state, single flight, counters and log of one set of credentials.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

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
    /// The last token had no lifetime: only calls that wait for a request have one.
    pub(crate) lacks_lifetime: AtomicBool,
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
            lacks_lifetime: AtomicBool::new(false),
            users: AtomicUsize::new(0),
        }
    }

    /// For the clients of `former` with other credentials: they go on with its token and counters.
    pub(crate) fn after(former: &Self, processes: Option<Processes>) -> Self {
        let entry = Self {
            stats: Arc::clone(&former.stats),
            ..Self::new(processes)
        };
        entry.take_over(former);
        entry
    }

    /// Uses the token of `former` where it has no good one of its own.
    pub(crate) fn take_over(&self, former: &Self) {
        let (former, now) = (former.state(), Now::read());
        self.state.rcu(|state| state.taking_over(&former, now));
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

    pub(crate) fn succeeded(
        &self,
        token: &Arc<Token>,
        key: usize,
        keep: bool,
        now: Now,
    ) -> Result<(), Arc<Failure>> {
        let mut outcome = Ok(());
        self.state.rcu(|state| {
            let (next, became) = state.succeeded(token, key, keep, now);
            outcome = became;
            next
        });
        outcome
    }

    /// Another process was given this token. Returns whether it is the current one now.
    pub(crate) fn adopt(&self, token: &Arc<Token>, now: Now) -> bool {
        let mut adopted = false;
        self.state.rcu(|state| match state.adopted(token, now) {
            Some(next) => {
                adopted = true;
                Arc::new(next)
            }
            None => {
                adopted = false;
                Arc::clone(state)
            }
        });
        if adopted {
            self.stats.adopted();
        }
        adopted
    }

    /// Another process was given this failure: nobody asks for this time.
    pub(crate) fn failed_elsewhere(&self, failure: &Arc<Failure>, left: Duration, now: Now) {
        self.state
            .rcu(|state| state.failed_elsewhere(failure, left, now));
    }

    pub(crate) fn failed(&self, failure: &Arc<Failure>, for_all: bool, now: Now, random: f64) {
        self.state
            .rcu(|state| state.failed(failure, for_all, now, random));
    }

    /// A token of which so much is `usable` was stale on arrival, as the next may be.
    pub(crate) fn hold_back(&self, failure: &Arc<Failure>, usable: Duration, now: Now) {
        self.state
            .rcu(|state| state.holding_back(failure, usable, now));
    }

    pub(crate) fn invalidate(&self, access: &[u8], now: Now) {
        self.state
            .rcu(|state| match state.invalidated(access, now) {
                Some(next) => Arc::new(next),
                None => Arc::clone(state),
            });
        self.stats.invalidated();
    }

    pub(crate) fn clear(&self) {
        self.state.rcu(|state| state.cleared());
    }
}
