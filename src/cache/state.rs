//! State of an entry, and how each event changes it. Pure: time and randomness come in.

use std::sync::Arc;
use std::time::Duration;

use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};

use crate::{Failure, Now, Status, Token};

/// After refused credentials, and the least time between two tokens that invalidation asks for.
const MAX_COOLDOWN: Duration = Duration::from_secs(5);
/// After a failure that may pass: doubled with each further failure, up to the long cooldown.
const MIN_COOLDOWN: Duration = Duration::from_millis(250);
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);
/// How long the secondary subscription key is used before the primary is tried again.
const SECONDARY_FOR: Duration = Duration::from_secs(3600);
/// How many invalidated tokens are remembered, so that none is handed out again.
const INVALIDATED: usize = 8;

type Digest = [u8; SHA256_OUTPUT_LEN];

#[derive(Clone, Default)]
pub(crate) struct State {
    pub(crate) token: Option<Arc<Token>>,
    cooldown: Cooldown,
    /// The subscription key that worked last, and since when by the boot clock.
    key: (usize, Duration),
    /// Digests of invalidated tokens, the latest last.
    invalidated: Vec<Digest>,
    /// When invalidation last asked for a token, or may next, by the boot clock.
    last_replacement: Option<Duration>,
}

/// The time after a failure in which the gateway is not asked again.
#[derive(Clone, Default)]
struct Cooldown {
    /// By the boot clock.
    until: Duration,
    /// None after a success.
    failure: Option<Arc<Failure>>,
    /// Whether every caller is told the failure. A refresh that ran out of its own caller's time
    /// holds back the next refresh only.
    for_all: bool,
    /// How many failures in a row came before this one.
    failures_before: u32,
}

impl State {
    /// Which subscription key to begin with: 0 the primary, 1 the secondary.
    pub(crate) fn key(&self, now: Now) -> usize {
        let (index, since) = self.key;
        let is_over = now.boot.saturating_sub(since) >= SECONDARY_FOR;
        if is_over { 0 } else { index }
    }

    /// The failure that is given back without asking, with what is left of its cooldown. A call that
    /// waited for the request gets it as the request ended with it.
    pub(crate) fn failure_in_cooldown(&self, now: Now, has_waited: bool) -> Option<Failure> {
        let (failure, left) = (self.cooldown.failure.as_ref()?, self.cooldown_ms(now));
        if !self.cooldown.for_all || left == 0 {
            return None;
        }
        let mut failure = Failure::clone(failure);
        if !has_waited {
            failure.retry_after_ms = left;
            failure.message += &format!(" (not asked again yet: the next attempt is in {left} ms)");
        }
        Some(failure)
    }

    pub(crate) fn cooldown(&self, now: Now) -> Duration {
        self.cooldown.until.saturating_sub(now.boot)
    }

    /// The same in milliseconds, rounded up: a caller that waits as long as it was told finds the
    /// cooldown over.
    pub(crate) fn cooldown_ms(&self, now: Now) -> i64 {
        millis(self.cooldown(now))
    }

    /// Whether a stale token is to be used on without asking for a new one.
    pub(crate) fn is_in_cooldown(&self, now: Now) -> bool {
        !self.cooldown(now).is_zero()
    }

    pub(crate) fn refresh_status(&self) -> Status {
        let failure = self.cooldown.failure.as_ref();
        failure.map_or(Status::MOMO_OK, |failure| failure.status)
    }

    /// The gateway issued a token, asked for with the subscription key at `key`. `keep` says
    /// whether this entry keeps tokens at all. An error says that the token was invalidated before:
    /// it is given to nobody.
    pub(crate) fn succeeded(
        &mut self,
        token: &Arc<Token>,
        key: usize,
        keep: bool,
        now: Now,
    ) -> Result<(), Arc<Failure>> {
        if self.key.0 != key || self.key(now) != key {
            self.key = (key, now.boot);
        }
        if self.was_invalidated(token.access()) {
            return Err(self.hold_off(
                "the gateway issued again a token that was invalidated as refused; check that the \
                 API user, the product and the environment belong together",
                now,
            ));
        }
        self.cooldown = Cooldown::default();
        // Of two tokens the one whose request started later: the gateway may end the older.
        let is_newer = |current: &Arc<Token>| current.issued.boot <= token.issued.boot;
        if keep && token.life.is_some() && self.token.as_ref().is_none_or(is_newer) {
            self.token = Some(Arc::clone(token));
        }
        Ok(())
    }

    /// A request failed; `for_all` says whether every caller is told. `random` is from 0 to 1.
    pub(crate) fn failed(&mut self, failure: &Arc<Failure>, for_all: bool, now: Now, random: f64) {
        // Callers in a hurry must not keep those with more time from refreshing.
        let before = self.failures(u32::from(for_all));
        let length = length(failure, before, random);
        self.cool_down(now.boot + length, failure, for_all, before);
    }

    /// Another process was given this failure, and what is `left` of its cooldown is ours, too.
    pub(crate) fn failed_elsewhere(&mut self, failure: &Arc<Failure>, left: Duration, now: Now) {
        let until = now.boot + left.min(MAX_RETRY_AFTER);
        // It was one more in a row: else each process would begin with the shortest.
        self.cool_down(until, failure, true, self.failures(1));
    }

    /// The next refresh has to wait, and nobody else, for at most half of what is usable of the token.
    pub(crate) fn hold_back(&mut self, failure: &Arc<Failure>, usable: Duration, now: Now) {
        let until = now.boot + MAX_COOLDOWN.min(usable / 2);
        self.cool_down(until, failure, false, 0);
    }

    /// How many failures came in a row with so many `more`. A success ends the row.
    fn failures(&self, more: u32) -> u32 {
        let before = self.cooldown.failures_before;
        let is_in_row = self.cooldown.failure.is_some();
        if is_in_row { before + more } else { 0 }
    }

    fn cool_down(&mut self, until: Duration, failure: &Arc<Failure>, for_all: bool, before: u32) {
        self.cooldown = Cooldown {
            until,
            failure: Some(Arc::clone(failure)),
            for_all,
            failures_before: before,
        };
    }

    /// Another process has shared it. False if it was invalidated, or is no newer than ours.
    pub(crate) fn adopt(&mut self, token: &Arc<Token>, now: Now) -> bool {
        let is_newer = |own: &Arc<Token>| {
            own.issued.boot < token.issued.boot && own.access() != token.access()
        };
        let is_useful = self.may_use(token, now) && self.token.as_ref().is_none_or(is_newer);
        if is_useful {
            self.token = Some(Arc::clone(token));
            self.cooldown = Cooldown::default();
        }
        is_useful
    }

    /// The gateway refused `access` elsewhere. False if that was known already.
    pub(crate) fn invalidate(&mut self, access: &[u8], now: Now) -> bool {
        let is_current = self.token.as_ref().is_some_and(|t| t.access() == access);
        if !is_current && self.was_invalidated(access) {
            return false;
        }
        self.invalidated.push(fingerprint(access));
        self.forget_oldest();
        if is_current {
            self.token = None;
            let too_soon = |last: Duration| now.boot < last + MAX_COOLDOWN;
            if self.last_replacement.is_some_and(too_soon) {
                self.hold_off(
                    "the token was invalidated right after it was issued; check that what refuses \
                     it (a 401 of another cause?) is about the token",
                    now,
                );
            } else {
                self.last_replacement = Some(now.boot);
                self.cooldown = Cooldown::default();
            }
        }
        true
    }

    /// Begins a cooldown until the time of the next token that invalidation asks for.
    fn hold_off(&mut self, why: &str, now: Now) -> Arc<Failure> {
        let until = match self.last_replacement {
            // It is reserved already.
            Some(last) if last > now.boot => last,
            Some(last) if last + MAX_COOLDOWN > now.boot => last + MAX_COOLDOWN,
            _ => now.boot + MAX_COOLDOWN,
        };
        self.last_replacement = Some(until);
        let mut failure = Failure::new(Status::MOMO_UNAUTHORIZED, why);
        failure.retry_after_ms = millis(until.saturating_sub(now.boot));
        let failure = Arc::new(failure);
        self.cool_down(until, &failure, true, 0);
        failure
    }

    pub(crate) fn clear(&mut self) {
        self.token = None;
        self.cooldown = Cooldown::default();
        self.last_replacement = None;
    }

    /// The token of an entry with former credentials stays in use if there is none that is good
    /// here; what was invalidated stays so.
    pub(crate) fn take_over(&mut self, former: &Self, now: Now) {
        let is_new = |text: &&Digest| !self.invalidated.contains(text);
        let others: Vec<_> = former.invalidated.iter().filter(is_new).copied().collect();
        self.invalidated.splice(..0, others);
        self.forget_oldest();
        let tokens = [self.token.take(), former.token.clone()];
        let mut tokens = tokens.into_iter().flatten();
        self.token = tokens.find(|t| self.may_use(t, now));
    }

    fn may_use(&self, token: &Token, now: Now) -> bool {
        !token.usable(now).is_zero() && !self.was_invalidated(token.access())
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

/// Of a cooldown, after a request of this process failed. `random` is from 0 to 1.
fn length(failure: &Failure, failures_before: u32, random: f64) -> Duration {
    use Status as S;
    let asked = u64::try_from(failure.retry_after_ms).unwrap_or(0);
    let may_ask =
        failure.status == S::MOMO_RATE_LIMITED || matches!(failure.http_status, 502..=504);
    match failure.status {
        S::MOMO_UNAUTHORIZED | S::MOMO_SUBSCRIPTION_KEY_REFUSED | S::MOMO_FORBIDDEN => MAX_COOLDOWN,
        _ if may_ask && asked > 0 => Duration::from_millis(asked).min(MAX_RETRY_AFTER),
        _ => {
            let doubled = MIN_COOLDOWN.saturating_mul(1 << failures_before.min(8));
            // Half of it at random: callers that failed together come back apart.
            doubled.min(MAX_COOLDOWN).mul_f64(0.5 + random / 2.0)
        }
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_micros().div_ceil(1000)).unwrap_or(i64::MAX)
}

fn fingerprint(access: &[u8]) -> Digest {
    let digest = digest(&SHA256, access);
    digest.as_ref().try_into().expect("the length of SHA-256")
}

#[cfg(test)]
mod tests;
