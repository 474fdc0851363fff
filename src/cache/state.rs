//! State of an entry, and how each event changes it. Pure: time and randomness come in.

use std::sync::Arc;
use std::time::Duration;

use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};

use super::cooldown::{self, Cooldown, MAX_COOLDOWN};
use crate::clock::Now;
use crate::error::{Failure, Status};
use crate::life;
use crate::token::Token;

/// How long the secondary subscription key is used before the primary is tried again.
const SECONDARY_FOR: Duration = Duration::from_secs(3600);
/// How many invalidated tokens are remembered, so that none is handed out again.
const INVALIDATED: usize = 8;

type Digest = [u8; SHA256_OUTPUT_LEN];

#[derive(Clone, Default)]
pub(crate) struct State {
    pub(crate) token: Option<Arc<Token>>,
    cooldown: Option<Cooldown>,
    key: KeyChoice,
    /// Digests of invalidated tokens, the latest last.
    invalidated: Vec<Digest>,
    /// When a token was last asked for because of an invalidation, or may be next: a time of the
    /// boot clock.
    last_replacement: Option<Duration>,
}

/// The choice between the primary and the secondary subscription key.
#[derive(Clone, Copy, Default)]
struct KeyChoice {
    index: usize,
    /// Since when, by the boot clock.
    since: Duration,
}

impl State {
    /// Which subscription key to begin with: 0 the primary, 1 the secondary.
    pub(crate) fn key(&self, now: Now) -> usize {
        if now.boot.saturating_sub(self.key.since) < SECONDARY_FOR {
            self.key.index
        } else {
            0
        }
    }

    /// The failure that is given back without asking, with what is left of its cooldown.
    pub(crate) fn failure_in_cooldown(&self, now: Now) -> Option<Failure> {
        let cooldown = self.cooldown.as_ref().filter(|c| c.for_all)?;
        let left = cooldown.left_ms(now);
        if left == 0 {
            return None;
        }
        Some(Failure {
            retry_after_ms: left,
            message: format!(
                "{} (not asked again yet: the next attempt is in {left} ms)",
                cooldown.failure.message
            ),
            ..Failure::clone(&cooldown.failure)
        })
    }

    pub(crate) fn cooldown(&self, now: Now) -> Duration {
        let left = |cooldown: &Cooldown| cooldown.left(now);
        self.cooldown.as_ref().map(left).unwrap_or_default()
    }

    /// What is left of the cooldown in milliseconds, rounded up.
    pub(crate) fn cooldown_ms(&self, now: Now) -> i64 {
        self.cooldown.as_ref().map_or(0, |c| c.left_ms(now))
    }

    /// Whether a stale token is to be used on without asking for a new one.
    pub(crate) fn is_in_cooldown(&self, now: Now) -> bool {
        self.cooldown.as_ref().is_some_and(|c| now.boot < c.until)
    }

    /// Why the last refresh failed.
    pub(crate) fn refresh_status(&self) -> Status {
        self.cooldown
            .as_ref()
            .map_or(Status::MOMO_OK, |c| c.failure.status)
    }

    /// The subscription key at `index` worked.
    fn with_key(&self, index: usize, now: Now) -> Self {
        let mut next = self.clone();
        if self.key.index != index || self.key(now) != index {
            next.key = KeyChoice {
                index,
                since: now.boot,
            };
        }
        next
    }

    /// The gateway issued a token, asked for with the subscription key at `key`. `keep` says
    /// whether this entry keeps tokens at all. An error says that the token was invalidated before:
    /// it is given to nobody.
    pub(crate) fn succeeded(
        &self,
        token: &Arc<Token>,
        key: usize,
        keep: bool,
        now: Now,
    ) -> (Self, Result<(), Arc<Failure>>) {
        let mut next = self.with_key(key, now);
        if self.was_invalidated(token.access()) {
            let until = next.next_replacement(now);
            let mut failure = Failure::new(
                Status::MOMO_UNAUTHORIZED,
                "the gateway issued again a token that was invalidated as refused; check that the \
                 API user, the product and the environment belong together",
            );
            failure.retry_after_ms = cooldown::millis_until(until, now);
            let failure = Arc::new(failure);
            next.cooldown = Some(Cooldown::until(until, Arc::clone(&failure)));
            return (next, Err(failure));
        }
        next.cooldown = None;
        if !keep || token.life.is_none() {
            return (next, Ok(()));
        }
        // Of two tokens the one whose request started later: the gateway may end the older.
        let newer = |t: &Arc<Token>| t.issued.boot > token.issued.boot;
        if next.token.as_ref().is_some_and(newer) {
            return (next, Ok(()));
        }
        next.token = Some(Arc::clone(token));
        (next, Ok(()))
    }

    /// A request failed; `for_all` says whether every caller is told. `random` is from 0
    /// to 1.
    pub(crate) fn failed(
        &self,
        failure: &Arc<Failure>,
        for_all: bool,
        now: Now,
        random: f64,
    ) -> Self {
        let former = self.cooldown.as_ref();
        Self {
            cooldown: Some(Cooldown::after(former, failure, for_all, now, random)),
            ..self.clone()
        }
    }

    /// The next refresh has to wait, and nobody else, for at most half of what is usable of the token.
    pub(crate) fn holding_back(&self, failure: &Arc<Failure>, usable: Duration, now: Now) -> Self {
        let until = now.boot + MAX_COOLDOWN.min(usable / 2);
        let cooldown = Cooldown::until(until, Arc::clone(failure));
        Self {
            cooldown: Some(cooldown.of_refreshes()),
            ..self.clone()
        }
    }

    /// Another process has shared this token. None where it is of no use here: it was invalidated,
    /// or is no newer than the present one.
    pub(crate) fn adopted(&self, token: &Arc<Token>, now: Now) -> Option<Self> {
        let is_newer = |own: &Arc<Token>| {
            own.issued.boot < token.issued.boot && own.access() != token.access()
        };
        let is_useful = !life::usable(token, now).is_zero()
            && !self.was_invalidated(token.access())
            && self.token.as_ref().is_none_or(is_newer);
        is_useful.then(|| Self {
            token: Some(Arc::clone(token)),
            cooldown: None,
            ..self.clone()
        })
    }

    /// Another process was given this failure, and what is `left` of its cooldown is ours, too.
    pub(crate) fn failed_elsewhere(
        &self,
        failure: &Arc<Failure>,
        left: Duration,
        now: Now,
    ) -> Self {
        let former = self.cooldown.as_ref();
        Self {
            cooldown: Some(Cooldown::elsewhere(former, failure, left, now)),
            ..self.clone()
        }
    }

    /// The gateway refused `access` elsewhere. None where that was known already.
    pub(crate) fn invalidated(&self, access: &[u8], now: Now) -> Option<Self> {
        let is_current = self.token.as_ref().is_some_and(|t| t.access() == access);
        if !is_current && self.was_invalidated(access) {
            return None;
        }
        let mut next = self.clone();
        if next.invalidated.len() == INVALIDATED {
            next.invalidated.remove(0);
        }
        next.invalidated.push(fingerprint(access));
        if is_current {
            next.token = None;
            next.replace(now);
        }
        Some(next)
    }

    /// Lets the next caller ask for another token, at most once per [`MAX_COOLDOWN`].
    fn replace(&mut self, now: Now) {
        let too_soon = |last: Duration| now.boot < last + MAX_COOLDOWN;
        if self.last_replacement.is_some_and(too_soon) {
            let failure = Failure::new(
                Status::MOMO_UNAUTHORIZED,
                "the token was invalidated right after it was issued; check that what refuses it \
                 (a 401 of another cause?) is about the token",
            );
            let until = self.next_replacement(now);
            self.cooldown = Some(Cooldown::until(until, Arc::new(failure)));
        } else {
            self.last_replacement = Some(now.boot);
            self.cooldown = None;
        }
    }

    pub(crate) fn cleared(&self) -> Self {
        Self {
            key: self.key,
            invalidated: self.invalidated.clone(),
            ..Self::default()
        }
    }

    /// The token of an entry with former credentials stays in use where there is none that is good
    /// here; what was invalidated stays so.
    pub(crate) fn taking_over(&self, former: &Self, now: Now) -> Self {
        let mut next = self.clone();
        let is_new = |text: &&Digest| !self.invalidated.contains(text);
        let others = former.invalidated.iter().filter(is_new).copied();
        next.invalidated.splice(..0, others);
        let excess = next.invalidated.len().saturating_sub(INVALIDATED);
        next.invalidated.drain(..excess);
        let is_refused = |t: &Arc<Token>| next.was_invalidated(t.access());
        if next.token.as_ref().is_some_and(is_refused) {
            next.token = None;
        }
        let is_good = |token: &&Arc<Token>| !life::usable(token, now).is_zero();
        if next.token.as_ref().filter(is_good).is_none() {
            let may_be_used = |t: &&Arc<Token>| is_good(t) && !next.was_invalidated(t.access());
            if let Some(token) = former.token.as_ref().filter(may_be_used) {
                next.token = Some(Arc::clone(token));
            }
        }
        next
    }

    pub(crate) fn was_invalidated(&self, access: &[u8]) -> bool {
        // A digest costs as much as all the rest of a call, and mostly there is nothing to find.
        !self.invalidated.is_empty() && self.invalidated.contains(&fingerprint(access))
    }

    /// Reserves the time of the next token that invalidation asks for, and returns it.
    fn next_replacement(&mut self, now: Now) -> Duration {
        let at = match self.last_replacement {
            // It is reserved already.
            Some(last) if last > now.boot => last,
            Some(last) if last + MAX_COOLDOWN > now.boot => last + MAX_COOLDOWN,
            _ => now.boot + MAX_COOLDOWN,
        };
        self.last_replacement = Some(at);
        at
    }
}

fn fingerprint(access: &[u8]) -> Digest {
    let mut out = Digest::default();
    out.copy_from_slice(digest(&SHA256, access).as_ref());
    out
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
