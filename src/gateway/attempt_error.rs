//! Why an attempt brought no token, and whether another may.

use std::time::Duration;

use super::error_response::ErrorResponse;
use crate::clock::Now;
use crate::error::{Failure, Status};
use crate::life;
use crate::token::Token;

pub(super) struct AttemptError {
    pub(super) failure: Failure,
    pub(super) retryable: bool,
    pub(super) retry_after: Option<Duration>,
}

impl From<ErrorResponse> for AttemptError {
    fn from(response: ErrorResponse) -> Self {
        let wait = u64::try_from(response.failure.retry_after_ms).ok();
        Self {
            failure: response.failure,
            retryable: response.retryable,
            retry_after: wait.map(Duration::from_millis),
        }
    }
}

/// A token can end on its way: where the machine was suspended meanwhile, say.
pub(super) fn check_not_ended(token: Token) -> Result<Token, AttemptError> {
    if !life::has_ended(&token, Now::read()) {
        return Ok(token);
    }
    let mut failure = Failure::new(
        Status::MOMO_INVALID_RESPONSE,
        "the token had already expired when it arrived: its lifetime is shorter than the request \
         took; try again, and check expires_in where this stays",
    );
    failure.http_status = 200;
    Err(AttemptError {
        failure,
        retryable: true,
        retry_after: None,
    })
}
