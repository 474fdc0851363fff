//! Plan of a request: what it is for, how long it may take, how often it tries.

use std::time::Duration;

use crate::config::Settings;
use crate::{Deadline, Failure, Status};

const MAX_REFRESH: Duration = Duration::from_secs(5);

#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) deadline: Deadline,
    /// Until when another process that is asking is waited for.
    pub(crate) wait_until: Deadline,
    pub(crate) attempts: u32,
    /// Whether the token at hand is still good: it is used on if the request fails.
    pub(crate) is_refresh: bool,
    /// Whether the deadline is one that every caller would have: a time-out is then everybody's. Not
    /// that of a refresh shortly before the token's end.
    pub(crate) is_everybody_s: bool,
}

impl Plan {
    /// For a first token, or after one has expired: within the option `timeout`.
    pub(crate) fn full(settings: &Settings) -> Self {
        Self {
            is_everybody_s: true,
            ..Self::until(Deadline::after(settings.timeout), settings.max_attempts)
        }
    }

    /// For momo_create_token, within the time of its call.
    pub(crate) fn until(deadline: Deadline, attempts: u32) -> Self {
        let left = deadline.left();
        Self {
            deadline,
            // The process that is asking may hang: half of the time is left to ask beside it.
            wait_until: Deadline(deadline.0.saturating_sub(MAX_REFRESH.min(left / 2))),
            attempts,
            is_refresh: false,
            is_everybody_s: false,
        }
    }

    /// For a stale token that may be used for this time: one attempt, ended well before.
    pub(crate) fn refresh(usable: Duration) -> Self {
        let time = MAX_REFRESH.min(usable / 2);
        let deadline = Deadline::after(time);
        Self {
            wait_until: deadline,
            is_refresh: true,
            is_everybody_s: time == MAX_REFRESH,
            ..Self::until(deadline, 1)
        }
    }

    /// The same within a caller's own time.
    pub(crate) fn on_a_caller_s_thread(self, deadline: Deadline) -> Self {
        let mut own = Self::until(self.deadline.min(deadline), self.attempts);
        if self.is_refresh {
            // The caller has a token, and waits for no other process.
            (own.is_refresh, own.wait_until) = (true, Deadline::now());
        }
        own
    }

    /// Whether a failure says no more than that this request had too little time.
    pub(crate) fn is_own_time_out(&self, failure: &Failure) -> bool {
        !self.is_everybody_s
            && failure.status == Status::MOMO_TIMED_OUT
            && self.deadline.is_used_up()
    }
}

#[cfg(test)]
mod tests;
