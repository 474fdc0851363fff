//! State of an entry, and how each event changes it. Pure: time and randomness come in.

use std::sync::Arc;
use std::time::Duration;

use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};

use super::cooldown::{self, Cooldown, MAX_COOLDOWN, MAX_RETRY_AFTER};
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
    /// The subscription key that worked last, and since when by the boot clock.
    key: (usize, Duration),
    /// Digests of invalidated tokens, the latest last.
    invalidated: Vec<Digest>,
    /// When a token was last asked for because of an invalidation, or may be next: a time of the
    /// boot clock.
    last_replacement: Option<Duration>,
}

impl State {
    /// Which subscription key to begin with: 0 the primary, 1 the secondary.
    pub(crate) fn key(&self, now: Now) -> usize {
        let (index, since) = self.key;
        let is_over = now.boot.saturating_sub(since) >= SECONDARY_FOR;
        if is_over { 0 } else { index }
    }

    /// The failure that is given back without asking, with what is left of its cooldown.
    pub(crate) fn failure_in_cooldown(&self, now: Now) -> Option<Failure> {
        let Cooldown { failure, .. } = self.cooldown.as_ref().filter(|c| c.for_all)?;
        let left = self.cooldown_ms(now);
        (left > 0).then(|| Failure {
            retry_after_ms: left,
            message: format!(
                "{} (not asked again yet: the next attempt is in {left} ms)",
                failure.message
            ),
            ..Failure::clone(failure)
        })
    }

    /// What is left of the cooldown.
    pub(crate) fn cooldown(&self, now: Now) -> Duration {
        let until = self.cooldown.as_ref().map(|c| c.until);
        until.unwrap_or_default().saturating_sub(now.boot)
    }

    /// The same in milliseconds, rounded up.
    pub(crate) fn cooldown_ms(&self, now: Now) -> i64 {
        let left = |c: &Cooldown| cooldown::millis_until(c.until, now);
        self.cooldown.as_ref().map_or(0, left)
    }

    /// Whether a stale token is to be used on without asking for a new one.
    pub(crate) fn is_in_cooldown(&self, now: Now) -> bool {
        !self.cooldown(now).is_zero()
    }

    /// Why the last refresh failed.
    pub(crate) fn refresh_status(&self) -> Status {
        let failure = self.cooldown.as_ref().map(|c| &c.failure);
        failure.map_or(Status::MOMO_OK, |failure| failure.status)
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
        let mut next = self.clone();
        if self.key.0 != key || self.key(now) != key {
            next.key = (key, now.boot);
        }
        if self.was_invalidated(token.access()) {
            let until = next.next_replacement(now);
            let mut failure = Failure::new(
                Status::MOMO_UNAUTHORIZED,
                "the gateway issued again a token that was invalidated as refused; check that the \
                 API user, the product and the environment belong together",
            );
            failure.retry_after_ms = cooldown::millis_until(until, now);
            let cooldown = next.cooldown.insert(Cooldown::until(until, failure));
            let failure = Arc::clone(&cooldown.failure);
            return (next, Err(failure));
        }
        next.cooldown = None;
        // Of two tokens the one whose request started later: the gateway may end the older.
        let is_newer = |current: &Arc<Token>| current.issued.boot <= token.issued.boot;
        if keep && token.life.is_some() && self.token.as_ref().is_none_or(is_newer) {
            next.token = Some(Arc::clone(token));
        }
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
        // Callers in a hurry must not keep those with more time from refreshing.
        let failures_before = self.failures(u32::from(for_all));
        let length = cooldown::length(failure, failures_before, random);
        self.with_cooldown(now.boot + length, failure, for_all, failures_before)
    }

    /// Another process was given this failure, and what is `left` of its cooldown is ours, too.
    pub(crate) fn failed_elsewhere(
        &self,
        failure: &Arc<Failure>,
        left: Duration,
        now: Now,
    ) -> Self {
        let until = now.boot + left.min(MAX_RETRY_AFTER);
        // It was one more in a row: else each process would begin with the shortest.
        self.with_cooldown(until, failure, true, self.failures(1))
    }

    /// The next refresh has to wait, and nobody else, for at most half of what is usable of the token.
    pub(crate) fn holding_back(&self, failure: &Arc<Failure>, usable: Duration, now: Now) -> Self {
        let until = now.boot + MAX_COOLDOWN.min(usable / 2);
        self.with_cooldown(until, failure, false, 0)
    }

    /// How many failures came in a row with so many `more`. A success ends the row.
    fn failures(&self, more: u32) -> u32 {
        let before = self.cooldown.as_ref().map(|c| c.failures_before);
        before.map_or(0, |before| before.saturating_add(more))
    }

    fn with_cooldown(
        &self,
        until: Duration,
        failure: &Arc<Failure>,
        for_all: bool,
        failures_before: u32,
    ) -> Self {
        let mut next = self.clone();
        next.cooldown = Some(Cooldown {
            until,
            failure: Arc::clone(failure),
            for_all,
            failures_before,
        });
        next
    }

    /// Another process has shared this token. None if it is of no use here: it was invalidated,
    /// or is no newer than the present one.
    pub(crate) fn adopted(&self, token: &Arc<Token>, now: Now) -> Option<Self> {
        let is_newer = |own: &Arc<Token>| {
            own.issued.boot < token.issued.boot && own.access() != token.access()
        };
        let is_useful = self.may_use(token, now) && self.token.as_ref().is_none_or(is_newer);
        is_useful.then(|| Self {
            token: Some(Arc::clone(token)),
            cooldown: None,
            ..self.clone()
        })
    }

    /// The gateway refused `access` elsewhere. None if that was known already.
    pub(crate) fn invalidated(&self, access: &[u8], now: Now) -> Option<Self> {
        let is_current = self.token.as_ref().is_some_and(|t| t.access() == access);
        if !is_current && self.was_invalidated(access) {
            return None;
        }
        let mut next = self.clone();
        next.invalidated.push(fingerprint(access));
        next.forget_oldest();
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
            self.cooldown = Some(Cooldown::until(until, failure));
        } else {
            self.last_replacement = Some(now.boot);
            self.cooldown = None;
        }
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

    pub(crate) fn cleared(&self) -> Self {
        Self {
            key: self.key,
            invalidated: self.invalidated.clone(),
            ..Self::default()
        }
    }

    /// The token of an entry with former credentials stays in use if there is none that is good
    /// here; what was invalidated stays so.
    pub(crate) fn taking_over(&self, former: &Self, now: Now) -> Self {
        let mut next = self.clone();
        let is_new = |text: &&Digest| !self.invalidated.contains(text);
        let others = former.invalidated.iter().filter(is_new).copied();
        next.invalidated.splice(..0, others);
        next.forget_oldest();
        let mut tokens = [&self.token, &former.token].into_iter().flatten();
        next.token = tokens.find(|t| next.may_use(t, now)).cloned();
        next
    }

    /// Whether it is neither expired nor invalidated.
    fn may_use(&self, token: &Token, now: Now) -> bool {
        !life::usable(token, now).is_zero() && !self.was_invalidated(token.access())
    }

    pub(crate) fn was_invalidated(&self, access: &[u8]) -> bool {
        // A digest costs as much as all the rest of a call, and mostly there is nothing to find.
        !self.invalidated.is_empty() && self.invalidated.contains(&fingerprint(access))
    }

    fn forget_oldest(&mut self) {
        let excess = self.invalidated.len().saturating_sub(INVALIDATED);
        self.invalidated.drain(..excess);
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
