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
