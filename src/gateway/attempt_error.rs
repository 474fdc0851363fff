//! Why an attempt brought no token, and whether another may.

use std::time::Duration;

use crate::clock::Now;
use crate::error::{Failure, Status};
use crate::life;
use crate::token::Token;

/// What may help.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Retry {
    Never,
    /// The same request in a moment.
    Later,
    WithOtherKey,
}

pub(super) struct AttemptError {
    pub(super) failure: Failure,
    pub(super) retry: Retry,
}

impl AttemptError {
    /// The time that the gateway has named.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let ms = u64::try_from(self.failure.retry_after_ms).ok();
        ms.map(Duration::from_millis)
    }
}

/// A token can end on its way: where the machine was suspended meanwhile, say. One that is about to
/// would have every call ask for another.
pub(super) fn check_not_ended(token: Token) -> Result<Token, AttemptError> {
    if token.life.is_none() || !life::usable(&token, Now::read()).is_zero() {
        return Ok(token);
    }
    let mut failure = Failure::new(
        Status::MOMO_INVALID_RESPONSE,
        "the token had already expired when it arrived: its lifetime (expires_in) is hardly longer \
         than the request took, or a cache on the way has kept it (Age); try again, and if this \
         stays, have nothing cache responses",
    );
    failure.http_status = 200;
    Err(AttemptError {
        failure,
        retry: Retry::Later,
    })
}
