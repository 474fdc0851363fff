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

/// The failure that holds back requests, as this call gets it: as its request ended with it, if it
/// has waited for one.
fn failed(state: &State, now: Now, caller: &Caller) -> Option<Failure> {
    let (mut failure, left) = state.failure_in_cooldown(now)?;
    if caller.waiting_since.is_none() {
        failure.retry_after_ms = left;
        // One that does not block is often one of several that look until there is an outcome.
        if caller.deadline.is_some() {
            failure.message += &format!(" (not asked again yet: the next attempt is in {left} ms)");
        }
    }
    Some(failure)
}

impl Client {
    /// A token that is good, for a caller that found none that is fresh.
    pub(super) fn current_token(&self, caller: &mut Caller) -> Result<TokenForCaller, Failure> {
        loop {
            self.check_not_cancelled()?;
            let (now, entry) = (Now::read(), self.fetcher.entry());
            let state = Guard::into_inner(entry.state());
            let at_hand = state.token.as_ref();
            let step = match at_hand.and_then(|t| Some((t, self.fetcher.refresh_in(t, now)?))) {
                Some((token, time)) if time.is_zero() => {
                    self.refresh(&entry, &state, token, now, caller)
                }
                Some((token, _)) => Step::Token(Arc::clone(token)),
                None => match failed(&state, now, caller) {
                    Some(failure) => return Err(failure),
                    None => self.wait(&entry, &state, caller)?,
                },
            };
            match step {
                Step::Failed(failure) => return Err(Failure::clone(&failure)),
                // A waiter that was stopped for long may wake up to a token that is good no more.
                Step::Token(token)
                    if token.left(Now::read()) != Some(Duration::ZERO)
                        && !entry.state().was_invalidated(token.access()) =>
                {
                    let refresh_status = entry.state().refresh_status();
                    return Ok(self.for_caller(TokenRef::Counted(token), refresh_status));
                }
                Step::Token(_) | Step::LookAgain => {}
            }
        }
    }

    /// Has a stale token refreshed if nobody does that yet, and takes the token at hand meanwhile.
    fn refresh(
        &self,
        entry: &Entry,
        state: &Arc<State>,
        token: &Arc<Token>,
        now: Now,
        caller: &mut Caller,
    ) -> Step {
        if state.cooldown(now).is_zero() {
            let plan = Plan::refresh(token.usable(now));
            let begun = self.fetcher.begin(entry, state, plan, caller);
            if let Err(new @ Step::Token(_)) = begun {
                return new;
            }
        }
        // Another's refresh may have ended meanwhile, or the token may have been invalidated.
        if entry.has(token) {
            Step::Token(Arc::clone(token))
        } else {
            Step::LookAgain
        }
    }

    /// Waits for the request that is under way, or for one that is begun now.
    fn wait(
        &self,
        entry: &Entry,
        state: &Arc<State>,
        caller: &mut Caller,
    ) -> Result<Step, Failure> {
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
        // Only a token is better than the flight's outcome, which is this call's even if the flight
        // is over.
        let is_as_seen = || !entry.has_other_token(state);
        let step = flight.wait(deadline, caller.cancellation, is_as_seen);
        step.ok_or_else(|| self.fetcher.still_under_way(&flight))
    }
}
