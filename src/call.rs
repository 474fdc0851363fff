//! What a call is given and what it hands out.

use std::time::Duration;

use crate::clock::Now;
use crate::deadline::Deadline;
use crate::error::Status;
use crate::token::Token;

/// How long a call may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CallTimeout {
    /// As long as the option `timeout` says.
    Default,
    NeverBlock,
    After(Duration),
}

/// What a call hands out; it is copied for the caller before the call returns.
pub(crate) struct TokenForCaller<'a> {
    pub(crate) token: &'a Token,
    pub(crate) now: Now,
    pub(crate) refresh_status: Status,
    /// How long until a refresh is due; None where there will be none.
    pub(crate) refresh_in: Option<Duration>,
}

impl CallTimeout {
    pub(crate) fn deadline(self, default: Duration) -> Deadline {
        Deadline::now()
            + match self {
                Self::Default => default,
                Self::NeverBlock => Duration::ZERO,
                Self::After(time) => time,
            }
    }
}
