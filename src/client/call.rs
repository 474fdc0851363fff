//! One call for a token that may not be fresh: what it begins, what it waits for, what it gets.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use arc_swap::Guard;

use super::Client;
use crate::cache::{Entry, Plan, State, Step};
use crate::fetch::Caller;
use crate::{Failure, Now, Status, Token};

/// When a call that must not block finds out something new, if it is made again.
const LOOK_AGAIN_MS: i64 = 5;

pub(crate) struct TokenForCaller {
    pub(crate) token: TokenRef,
    /// How long until it expires; None if that is not known.
    pub(crate) expires_in: Option<Duration>,
    pub(crate) refresh_status: Status,
    /// How long until a refresh is due; None if there will be none.
    pub(crate) refresh_in: Option<Duration>,
}

/// A token that stays alive as long as this.
pub(crate) enum TokenRef {
    /// That of a state which has one, without a change of its count of references: threads that
    /// take the same fresh token do not slow each other down.
    Current(Guard<Arc<State>>),
    Counted(Arc<Token>),
}

impl Deref for TokenRef {
    type Target = Token;

    fn deref(&self) -> &Token {
        match self {
            Self::Current(state) => state.token.as_ref().expect("a state with a token"),
            Self::Counted(token) => token,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CallTimeout {
    /// As long as the option `timeout` says.
    Default,
    NeverBlock,
    After(Duration),
}

impl Client {
    /// A token that is good, for a caller that found none that is fresh.
    pub(super) fn current_token(&self, caller: &mut Caller) -> Result<TokenForCaller, Failure> {
        loop {
            self.cancellation.check()?;
            let (now, entry) = (Now::read(), self.fetcher.entry());
            let state = Guard::into_inner(entry.state());
            let at_hand = state.token.as_ref();
            let step = match at_hand.and_then(|t| Some((t, self.fetcher.refresh_in(t, now)?))) {
                Some((token, time)) if time.is_zero() => {
                    // It is refreshed, unless somebody does that already, and used on meanwhile.
                    let plan = Plan::refresh(token.usable(now));
                    let may_ask = state.cooldown(now).is_zero();
                    match may_ask.then(|| self.fetcher.begin(&entry, &state, plan, caller)) {
                        Some(Err(new @ Step::Token(_))) => new,
                        // Another's refresh may have ended, or the token have been invalidated.
                        _ if !entry.has(token) => Step::LookAgain,
                        _ => Step::Token(Arc::clone(token)),
                    }
                }
                Some((token, _)) => Step::Token(Arc::clone(token)),
                None => self.outcome(&entry, &state, caller)?,
            };
            // A waiter that was stopped for long may wake up to a token that is good no more.
            let is_refused = |token: &Token| entry.state().was_invalidated(token.access());
            let is_good = |token: &Token| !token.is_expired(Now::read()) && !is_refused(token);
            match step {
                Step::Failed(failure) => return Err(Failure::clone(&failure)),
                Step::Token(token) if is_good(&token) => {
                    let refresh_status = entry.state().refresh_status();
                    return Ok(self.for_caller(token, refresh_status));
                }
                Step::Token(_) | Step::LookAgain => {}
            }
        }
    }

    /// That of the last request if it failed a moment ago, or of the one under way or begun now.
    fn outcome(
        &self,
        entry: &Entry,
        state: &Arc<State>,
        caller: &mut Caller,
    ) -> Result<Step, Failure> {
        if let Some((mut failure, left)) = state.failure_in_cooldown(Now::read()) {
            // A call that has waited for the request gets what it ended with.
            if caller.waiting_since.is_none() {
                failure.retry_after_ms = left;
                // One that does not block is often one of several that look until there is an outcome.
                if caller.deadline.is_some() {
                    let told = format!(" (not asked again yet: the next attempt is in {left} ms)");
                    failure.message += &told;
                }
            }
            return Err(failure);
        }
        let plan = Plan::full(&self.fetcher.settings);
        let flight = match self.fetcher.begin(entry, state, plan, caller) {
            Ok(flight) => flight,
            Err(step) => return Ok(step),
        };
        let Some(deadline) = caller.deadline else {
            flight.progress.poll();
            let is_kept = !entry.lacks_lifetime.load(Relaxed);
            return Err(Failure {
                status: Status::MOMO_WOULD_BLOCK,
                retry_after_ms: if is_kept { LOOK_AGAIN_MS } else { -1 },
                ..self.fetcher.still_under_way(&flight)
            });
        };
        caller.waiting_since.get_or_insert_with(Instant::now);
        // Only a token, or the entry of newer credentials, is better than the flight's outcome, which
        // is this call's even if the flight is over.
        let is_as_seen = || self.fetcher.is_in_use(entry) && !entry.has_other_token(state);
        let step = flight.wait(deadline, caller.cancellation, is_as_seen);
        step.ok_or_else(|| self.fetcher.still_under_way(&flight))
    }
}
