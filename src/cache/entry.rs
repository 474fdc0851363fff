//! The one thing that equal clients share.

use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};

use super::flight::Flights;
use super::state::{Adopted, State};
use crate::clock::Now;
use crate::error::Failure;
use crate::token::Token;

pub(crate) struct Entry {
    state: ArcSwap<State>,
    pub(crate) flights: Flights,
}

impl Entry {
    pub(crate) fn new() -> Self {
        Self {
            state: ArcSwap::default(),
            flights: Flights::new(),
        }
    }

    /// Without a lock, without counting a reference: what every payment goes through.
    pub(crate) fn state(&self) -> Guard<Arc<State>> {
        self.state.load()
    }

    pub(crate) fn succeeded(&self, token: &Arc<Token>, key: usize, now: Now) -> Adopted {
        let mut adopted = Adopted::NotKept;
        self.state.rcu(|state| {
            let (next, outcome) = state.succeeded(token, key, now);
            adopted = outcome;
            next
        });
        adopted
    }

    /// A token came that is not to be kept.
    pub(crate) fn used_key(&self, key: usize, now: Now) {
        self.state.rcu(|state| state.with_key(key, now));
    }

    pub(crate) fn failed(&self, failure: &Arc<Failure>, own: bool, now: Now, random: f64) {
        self.state
            .rcu(|state| state.failed(failure, own, now, random));
    }

    pub(crate) fn invalidate(&self, access: &[u8], now: Now) {
        self.state
            .rcu(|state| match state.invalidated(access, now) {
                Some(next) => Arc::new(next),
                None => Arc::clone(state),
            });
    }

    pub(crate) fn clear(&self) {
        self.state.rcu(|state| state.cleared());
    }
}
