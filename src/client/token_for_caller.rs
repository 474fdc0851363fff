//! Token as a call hands it out, with what is said about it.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::Guard;

use crate::cache::State;
use crate::clock::Now;
use crate::error::Status;
use crate::token::Token;

pub(crate) struct TokenForCaller {
    pub(crate) token: TokenRef,
    pub(crate) now: Now,
    pub(crate) refresh_status: Status,
    /// How long until a refresh is due; None where there will be none.
    pub(crate) refresh_in: Option<Duration>,
}

/// A token that stays alive as long as this.
pub(crate) enum TokenRef {
    /// The current one, without a change of its count of references: threads that take the same
    /// fresh token do not slow each other down.
    Current(CurrentToken),
    Counted(Arc<Token>),
}

/// A state that has a token.
pub(crate) struct CurrentToken(Guard<Arc<State>>);

impl CurrentToken {
    pub(crate) fn of(state: Guard<Arc<State>>) -> Option<Self> {
        state.token.is_some().then_some(Self(state))
    }
}

impl Deref for TokenRef {
    type Target = Token;

    fn deref(&self) -> &Token {
        match self {
            Self::Current(CurrentToken(state)) => match &state.token {
                Some(token) => token,
                None => unreachable!("a CurrentToken has one"),
            },
            Self::Counted(token) => token,
        }
    }
}
