//! One call for a token that may not be fresh: what it begins, and what it waits for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::Guard;

use super::{Client, TokenForCaller};
use crate::cache::{Entry, Flight, State, Step};
use crate::clock::Now;
use crate::deadline::Deadline;
use crate::error::Failure;
use crate::fetch::Plan;
use crate::life::{self, Freshness};
use crate::log::CallLog;
use crate::token::Token;

/// How long a call may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CallTimeout {
    /// As long as the option `timeout` says.
    Default,
    NeverBlock,
    After(Duration),
}

impl CallTimeout {
    /// None for a call that never blocks.
    pub(crate) fn deadline(self, default: Duration) -> Option<Deadline> {
        match self {
            Self::Default => Some(Deadline::after(default)),
            Self::NeverBlock => None,
            Self::After(time) => Some(Deadline::after(time)),
        }
    }
}

/// One call for a token that may not be fresh.
pub(super) struct Call<'a> {
    pub(super) client: &'a Client,
    /// None if it must not block.
    pub(super) deadline: Option<Deadline>,
    pub(super) waiting_since: Option<Instant>,
    pub(super) log: &'a mut CallLog,
}

impl Call<'_> {
    pub(super) fn token(&mut self) -> Result<TokenForCaller, Failure> {
        let client = self.client;
        loop {
            client.check_not_cancelled()?;
            let now = Now::read();
            let entry = client.fetcher.entry();
            let state = Guard::into_inner(entry.state());
            let at_hand = state.token.as_ref();
            let step = match at_hand.map(|t| (t, client.fetcher.freshness(t, now))) {
                Some((token, Freshness::Fresh { .. })) => Step::Token(Arc::clone(token)),
                Some((token, Freshness::Stale)) => self.refresh(&entry, &state, token, now),
                Some((_, Freshness::Expired)) | None => {
                    if let Some(failure) = state.failure_in_cooldown(now) {
                        return Err(failure);
                    }
                    self.wait(&entry, &state)?
                }
            };
            match step {
                Step::Failed(failure) => return Err(Failure::clone(&failure)),
                // A waiter that was stopped for long may wake up to an expired token, or to one that
                // others have invalidated.
                Step::Token(token)
                    if !life::has_ended(&token, Now::read())
                        && !entry.state().was_invalidated(token.access()) =>
                {
                    let refresh_status = entry.state().refresh_status();
                    return Ok(client.for_caller(token, refresh_status));
                }
                Step::Token(_) | Step::LookAgain => {}
            }
        }
    }

    /// Has a stale token refreshed if nobody does that yet, and takes the token at hand meanwhile.
    fn refresh(&mut self, entry: &Entry, state: &Arc<State>, token: &Arc<Token>, now: Now) -> Step {
        if !state.is_in_cooldown(now) {
            let plan = Plan::refresh(life::usable(token, now));
            if let Err(Step::Token(new)) = self.begin(entry, state, plan) {
                return Step::Token(new);
            }
        }
        // Another's refresh may have ended meanwhile, or the token may have been invalidated.
        let is_current = |other: &Arc<Token>| Arc::ptr_eq(other, token);
        if entry.state().token.as_ref().is_some_and(is_current) {
            Step::Token(Arc::clone(token))
        } else {
            Step::LookAgain
        }
    }

    /// Waits for the request that is under way, or for one that is begun now.
    fn wait(&mut self, entry: &Entry, state: &Arc<State>) -> Result<Step, Failure> {
        let client = self.client;
        let plan = Plan::full(&client.fetcher.settings);
        let flight = match self.begin(entry, state, plan) {
            Ok(flight) => flight,
            Err(step) => return Ok(step),
        };
        let Some(deadline) = self.deadline else {
            return Err(client.fetcher.would_block(entry, &flight));
        };
        self.waiting_since.get_or_insert_with(Instant::now);
        let waiter = flight.waiter(&client.cancellation);
        if !Arc::ptr_eq(state, &entry.state()) {
            return Ok(Step::LookAgain);
        }
        let step = waiter.wait(deadline);
        step.ok_or_else(|| client.fetcher.still_under_way(&flight))
    }

    fn begin(
        &mut self,
        entry: &Entry,
        state: &Arc<State>,
        plan: Plan,
    ) -> Result<Arc<Flight>, Step> {
        let Self {
            client,
            deadline,
            log,
            ..
        } = self;
        let cancellation = &client.cancellation;
        let fetcher = &client.fetcher;
        fetcher.begin(entry, state, plan, *deadline, cancellation, log)
    }
}
