//! One request with its retries, with the credentials that are in use.

use std::sync::Arc;

use super::{Requester, Shared};
use crate::cache::{Entry, Leader, StoreOutcome};
use crate::clock::Now;
use crate::deadline::Deadline;
use crate::error::{Failure, Status};
use crate::gateway::{Authentication, IssuedToken, RequestError, TokenRequest};
use crate::log::CallLog;
use crate::net::progress::Progress;
use crate::rotation::Current;
use crate::token::Token;

/// One request, as the caller wants it.
pub(super) struct Wanted<'a> {
    /// None where nobody waits for the outcome.
    pub(super) leader: Option<&'a Leader>,
    pub(super) deadline: Deadline,
    pub(super) attempts: u32,
    pub(super) keep_connection: bool,
    pub(super) log: &'a mut CallLog,
}

impl Requester {
    /// A request with retries; the next one is not soon, and so the connection is not kept.
    pub(super) fn in_full<'a>(
        &self,
        leader: Option<&'a Leader>,
        deadline: Deadline,
        log: &'a mut CallLog,
    ) -> Wanted<'a> {
        Wanted {
            leader,
            deadline,
            attempts: self.shared.settings.max_attempts,
            keep_connection: false,
            log,
        }
    }

    /// One request with its retries. When this returns, the entry knows the token it brought. None
    /// where the client uses another entry than the leader by now.
    pub(super) fn request(
        &self,
        mut wanted: Wanted,
    ) -> Result<Option<(Arc<Token>, StoreOutcome)>, RequestError> {
        let authentication = self.authentication(false, &mut wanted)?;
        let mut entry = self.entry();
        if !is_for(&entry, wanted.leader) {
            return Ok(None);
        }
        let issued = match self.send(&entry, &authentication, &mut wanted) {
            Err(error) if is_about_credentials(&error) => {
                // What is in the files may be newer than what was refused.
                let newer = self.authentication(true, &mut wanted)?;
                if Arc::ptr_eq(&newer, &authentication) {
                    return Err(error);
                }
                entry = self.entry();
                if !is_for(&entry, wanted.leader) {
                    return Ok(None);
                }
                self.send(&entry, &newer, &mut wanted)?
            }
            outcome => outcome?,
        };
        let token = Arc::new(issued.token);
        let keep = self.shared.settings.cache.keeps_tokens();
        let outcome = entry.succeeded(&token, issued.key, keep, Now::read());
        if let (Some(others), StoreOutcome::Stored) = (&entry.shared, &outcome) {
            others.share(&token, wanted.deadline, wanted.log);
            // Whoever did that meanwhile may have looked before there was something to remove.
            if entry.state().was_invalidated(token.access()) {
                others.invalidate(token.access(), wanted.deadline, wanted.log);
            }
        }
        Ok(Some((token, outcome)))
    }

    fn send(
        &self,
        entry: &Entry,
        authentication: &Authentication,
        wanted: &mut Wanted,
    ) -> Result<IssuedToken, RequestError> {
        TokenRequest {
            settings: &self.shared.settings,
            authentication,
            transport: &self.transport,
            deadline: wanted.deadline,
            attempts: wanted.attempts,
            keep_connection: wanted.keep_connection,
            key: entry.state().key(Now::read()),
            cancellation: &self.cancellation,
            progress: &Arc::new(Progress::begin()),
            stats: &entry.stats,
            log: &mut *wanted.log,
        }
        .send()
    }

    /// What to send the request with; `refused` says that the gateway has just refused it.
    pub(super) fn authentication(
        &self,
        refused: bool,
        wanted: &mut Wanted,
    ) -> Result<Arc<Authentication>, RequestError> {
        let Shared {
            settings, rotation, ..
        } = &*self.shared;
        loop {
            let before = rotation.authentication();
            let wait = match rotation.current(settings, refused, wanted.log) {
                Current::Ready(authentication) => {
                    self.shared.follow(&authentication);
                    return Ok(authentication);
                }
                Current::Unsettled(wait) => wait,
            };
            let left = wanted.deadline.left();
            if left < wait {
                return Ok(before);
            }
            if !self.cancellation.sleep(wait) {
                return Err(RequestError::not_shared(Failure::cancelled()));
            }
        }
    }
}

/// Whether the outcome is for those who wait for the leader, if there is one.
fn is_for(entry: &Entry, leader: Option<&Leader>) -> bool {
    leader.is_none_or(|leader| entry.single_flight.is_led_by(leader))
}

fn is_about_credentials(error: &RequestError) -> bool {
    matches!(
        error.failure.status,
        Status::MOMO_UNAUTHORIZED | Status::MOMO_SUBSCRIPTION_KEY_REFUSED
    )
}
