//! Who asks for the next token: a thread of the library, or the caller.

use std::sync::Arc;

use super::Client;
use crate::cache::State;
use crate::call::CallTimeout;
use crate::clock::Now;
use crate::config::RefreshBy;
use crate::deadline::Deadline;
use crate::error::Failure;
use crate::life;
use crate::log::{CallLog, Level};
use crate::requester::{GRACE, LONGEST_REFRESH, Refreshed};
use crate::token::Token;

/// What became of a stale token's refresh.
pub(super) enum Refresh {
    /// It goes on, or is not this caller's to make: the token at hand is good.
    UseTokenAtHand,
    Refreshed(Arc<Token>),
    /// It failed, or another's has just ended.
    Recheck,
}

impl Client {
    /// Has a stale token refreshed, where nobody does that yet: in the background, or by this
    /// caller where the host wants no threads or none can be started.
    pub(super) fn refresh(
        &self,
        state: &Arc<State>,
        token: &Token,
        timeout: CallTimeout,
        deadline: Deadline,
        log: &mut CallLog,
    ) -> Result<Refresh, Failure> {
        let entry = self.shared.entry();
        let now = Now::read();
        let never_block = timeout == CallTimeout::NeverBlock;
        if state.is_in_cooldown(now)
            || (never_block && self.shared.settings.refresh == RefreshBy::Caller)
        {
            return Ok(Refresh::UseTokenAtHand);
        }
        let until = Deadline::after(LONGEST_REFRESH.min(life::usable(token, now) / 2));
        if self.shared.settings.refresh == RefreshBy::Background {
            let Some(leader) = entry.single_flight.try_lead(until + GRACE) else {
                return Ok(Refresh::UseTokenAtHand);
            };
            // Another's refresh may have ended between reading the state and leading.
            if !Arc::ptr_eq(state, &entry.state()) {
                return Ok(Refresh::Recheck);
            }
            match self.requester.refresh_in_background(leader, until) {
                Ok(()) => return Ok(Refresh::UseTokenAtHand),
                Err(error) => log_no_thread(log, &error),
            }
            if never_block {
                return Ok(Refresh::UseTokenAtHand);
            }
        }
        let until = until.min(deadline);
        let Some(leader) = entry.single_flight.try_lead(until) else {
            return Ok(Refresh::UseTokenAtHand);
        };
        if !Arc::ptr_eq(state, &entry.state()) {
            return Ok(Refresh::Recheck);
        }
        Ok(match self.requester.refresh(leader, until, log)? {
            Refreshed::Token(token) => Refresh::Refreshed(token),
            // The entry is in a cooldown now.
            Refreshed::Failed | Refreshed::EntryReplaced => Refresh::Recheck,
            Refreshed::LeftToOthers => Refresh::UseTokenAtHand,
        })
    }

    /// Has a token asked for in the background, where nobody asks yet. False where the state has
    /// changed meanwhile.
    pub(super) fn start_request(&self, state: &Arc<State>, log: &mut CallLog) -> bool {
        let entry = self.shared.entry();
        if self.shared.settings.refresh == RefreshBy::Caller {
            return true;
        }
        let deadline = Deadline::after(self.shared.settings.timeout);
        let Some(leader) = entry.single_flight.try_lead(deadline + GRACE) else {
            return true;
        };
        if !Arc::ptr_eq(state, &entry.state()) {
            return false;
        }
        if let Err(error) = self.requester.lead_in_background(leader, deadline) {
            log_no_thread(log, &error);
        }
        true
    }
}

fn log_no_thread(log: &mut CallLog, error: &std::io::Error) {
    log.record(Level::Warning, || {
        format!(
            "no thread can be started to refresh the token in the background ({error}); check \
             the limits on threads, or set refresh to caller"
        )
    });
}
