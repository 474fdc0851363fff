//! State of an entry, and how each event changes it. Pure: time and randomness come in.

use std::sync::Arc;
use std::time::Duration;

use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};

use crate::{Failure, Now, Status, Token};

/// After refused credentials, and the least time between two tokens that invalidation asks for.
pub(crate) const MAX_COOLDOWN: Duration = Duration::from_secs(5);
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
    /// None after a success.
    cooldown: Option<Cooldown>,
    /// The subscription key that worked last, and since when by the boot clock.
    key: (usize, Duration),
    /// Digests of invalidated tokens, the latest last.
    invalidated: Vec<Digest>,
    /// When invalidation last asked for a token, or may next, by the boot clock.
    last_replacement: Option<Duration>,
}

/// The time after a failure in which the gateway is not asked again.
#[derive(Clone)]
struct Cooldown {
    /// By the boot clock.
    until: Duration,
    failure: Arc<Failure>,
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

    /// The failure that is given back without asking, and the milliseconds left of its cooldown.
    pub(crate) fn failure_in_cooldown(&self, now: Now) -> Option<(Failure, i64)> {
        let cooldown = self.cooldown.as_ref().filter(|cooldown| cooldown.for_all)?;
        let left = self.cooldown_ms(now);
        (left > 0).then(|| (Failure::clone(&cooldown.failure), left))
    }

    /// How long a stale token is used on without asking for a new one.
    pub(crate) fn cooldown(&self, now: Now) -> Duration {
        let until = self.cooldown.as_ref().map(|cooldown| cooldown.until);
        until.unwrap_or_default().saturating_sub(now.boot)
    }

    /// The same in milliseconds, rounded up: who waits as long as that finds the cooldown over.
    pub(crate) fn cooldown_ms(&self, now: Now) -> i64 {
        millis(self.cooldown(now))
    }

    pub(crate) fn refresh_status(&self) -> Status {
        let cooldown = self.cooldown.as_ref();
        cooldown.map_or(Status::MOMO_OK, |cooldown| cooldown.failure.status)
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
        if self.key(now) != key {
            self.key = (key, now.boot);
        }
        if self.was_invalidated(token.access()) {
            return Err(self.hold_off(
                "the gateway issued again a token that was invalidated as refused; check that the \
                 API user, the product and the environment belong together",
                now,
            ));
        }
        self.cooldown = None;
        // Of two tokens the one whose request started later: the gateway may end the older.
        let is_newer = |current: &Arc<Token>| current.issued.boot <= token.issued.boot;
        if keep && token.life.is_some() && self.token.as_ref().is_none_or(is_newer) {
            self.token = Some(Arc::clone(token));
        }
        Ok(())
    }

    /// Whether a request that began then has been overtaken by another, whose token is good.
    pub(crate) fn has_token_since(&self, began: Now, now: Now) -> bool {
        let token = self.token.as_ref();
        token.is_some_and(|t| t.issued.boot >= began.boot && self.may_use(t, now))
    }

    /// A request failed; `for_all` says whether every caller is told. `random` is from 0 to 1.
    pub(crate) fn failed(&mut self, failure: &Arc<Failure>, for_all: bool, now: Now, random: f64) {
        use Status as S;
        let may_ask =
            failure.status == S::MOMO_RATE_LIMITED || matches!(failure.http_status, 502..=504);
        let asked = u64::try_from(failure.retry_after_ms).unwrap_or(0);
        let time = match failure.status {
            S::MOMO_UNAUTHORIZED | S::MOMO_SUBSCRIPTION_KEY_REFUSED | S::MOMO_FORBIDDEN => {
                MAX_COOLDOWN
            }
            _ if may_ask && asked > 0 => Duration::from_millis(asked),
            _ => {
                let doubled = MIN_COOLDOWN * (1 << self.failures(for_all).min(8));
                // Half of it at random: callers that failed together come back apart.
                doubled.min(MAX_COOLDOWN).mul_f64(0.5 + random / 2.0)
            }
        };
        self.cool_down(time, failure, for_all, now);
    }

    /// Begins a cooldown of this time after a failure of this process's or of another's: it is one
    /// more in a row.
    pub(crate) fn cool_down(
        &mut self,
        time: Duration,
        failure: &Arc<Failure>,
        for_all: bool,
        now: Now,
    ) {
        self.cooldown = Some(Cooldown {
            until: now.boot + time.min(MAX_RETRY_AFTER),
            failure: Arc::clone(failure),
            for_all,
            failures_before: self.failures(for_all),
        });
    }

    /// How many failures in a row came before the next one. Callers in a hurry are not counted: they
    /// must not keep those with more time from refreshing.
    fn failures(&self, for_all: bool) -> u32 {
        let last = self.cooldown.as_ref();
        last.map_or(0, |last| last.failures_before + u32::from(for_all))
    }

    /// Another process has shared it. False if it was invalidated, or is no newer than ours.
    pub(crate) fn adopt(&mut self, token: &Arc<Token>, now: Now) -> bool {
        let is_newer = |own: &Arc<Token>| {
            own.issued.boot < token.issued.boot && own.access() != token.access()
        };
        let is_useful = self.may_use(token, now) && self.token.as_ref().is_none_or(is_newer);
        if is_useful {
            self.token = Some(Arc::clone(token));
            self.cooldown = None;
        }
        is_useful
    }

    /// The gateway refused `access` elsewhere. Returns whether that was not known.
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
                self.cooldown = None;
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
        let time = until.saturating_sub(now.boot);
        let mut failure = Failure::new(Status::MOMO_UNAUTHORIZED, why);
        failure.retry_after_ms = millis(time);
        let failure = Arc::new(failure);
        // The gateway has issued a token: no row of failures goes on.
        self.cooldown = None;
        self.cool_down(time, &failure, true, now);
        failure
    }

    pub(crate) fn clear(&mut self) {
        self.token = None;
        self.cooldown = None;
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

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_micros().div_ceil(1000)).unwrap_or(i64::MAX)
}

fn fingerprint(access: &[u8]) -> Digest {
    let digest = digest(&SHA256, access);
    digest.as_ref().try_into().expect("the length of SHA-256")
}

#[cfg(test)]
mod tests;
