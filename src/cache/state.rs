//! What an entry knows, and how each event changes it. Pure: time and randomness come in.

use std::sync::Arc;
use std::time::Duration;

use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};

use crate::clock::Now;
use crate::error::{Failure, Status};
use crate::token::Token;

/// After refused credentials, and the least time between two tokens bought by invalidation.
const LONG_PAUSE: Duration = Duration::from_secs(5);
/// After failures that may pass: doubled with each up to the long pause.
const SHORT_PAUSE: Duration = Duration::from_millis(250);
/// What a gateway may ask for at most.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);
/// How long the secondary subscription key is used before the primary is tried again.
const SECONDARY_FOR: Duration = Duration::from_secs(3600);
/// How many refused tokens are remembered, so that none is served again.
const REFUSED: usize = 4;

type Digest = [u8; SHA256_OUTPUT_LEN];

#[derive(Clone, Default)]
pub(crate) struct State {
    pub(crate) token: Option<Arc<Token>>,
    pause: Option<Pause>,
    key: Key,
    refused: Vec<Digest>,
    /// When invalidation last bought a token, or will have: by the boot clock.
    bought: Option<Duration>,
}

#[derive(Clone)]
struct Pause {
    until: Duration,
    failure: Arc<Failure>,
    /// Of a refresh that ran out of its caller's time or was cut short by the token's expiry: it
    /// holds back the next refresh and is given back to nobody.
    own: bool,
    /// How many failures in a row came before this one.
    streak: u32,
}

#[derive(Clone, Copy, Default)]
struct Key {
    place: usize,
    /// Since when, by the boot clock.
    since: Duration,
}

/// What became of a token that arrived.
pub(crate) enum Adopted {
    Current,
    /// Given to those who asked, but not kept.
    NotKept,
    /// The gateway refused this very token before.
    Refused(Arc<Failure>),
}

impl State {
    /// Which subscription key to begin with: 0 the primary, 1 the secondary.
    pub(crate) fn key(&self, now: Now) -> usize {
        if now.boot.saturating_sub(self.key.since) < SECONDARY_FOR {
            self.key.place
        } else {
            0
        }
    }

    /// The failure that is given back without asking, with what is left of its pause.
    pub(crate) fn paused(&self, now: Now) -> Option<Failure> {
        let pause = self.pause.as_ref().filter(|p| !p.own)?;
        let left = pause.until.saturating_sub(now.boot);
        if left.is_zero() {
            return None;
        }
        // Rounded up: who waits as long as told finds the pause over.
        let left = i64::try_from(left.as_micros().div_ceil(1000)).unwrap_or(i64::MAX);
        Some(Failure {
            retry_after_ms: left,
            message: format!(
                "{} (not asked again yet: the next attempt is in {left} ms)",
                pause.failure.message
            ),
            ..Failure::clone(&pause.failure)
        })
    }

    /// Whether a token that is stale is to be used on without asking.
    pub(crate) fn holds_refreshes(&self, now: Now) -> bool {
        self.pause.as_ref().is_some_and(|p| now.boot < p.until)
    }

    /// Why the last refresh failed.
    pub(crate) fn refresh_status(&self) -> Status {
        self.pause
            .as_ref()
            .map_or(Status::MOMO_OK, |p| p.failure.status)
    }

    /// The subscription key in place `key` worked.
    pub(crate) fn with_key(&self, key: usize, now: Now) -> Self {
        let mut next = self.clone();
        if self.key.place != key || self.key(now) != key {
            next.key = Key {
                place: key,
                since: now.boot,
            };
        }
        next
    }

    /// A token came, asked for with the subscription key in place `key`.
    pub(crate) fn succeeded(&self, token: &Arc<Token>, key: usize, now: Now) -> (Self, Adopted) {
        let mut next = self.with_key(key, now);
        if self.has_refused(token.access()) {
            let failure = Arc::new(Failure::new(
                Status::MOMO_UNAUTHORIZED,
                "the gateway issued again a token that was invalidated as refused; check that the \
                 API user, the product and the environment belong together",
            ));
            next.pause = Some(Pause {
                until: next.next_purchase(now),
                failure: Arc::clone(&failure),
                own: false,
                streak: 0,
            });
            return (next, Adopted::Refused(failure));
        }
        next.pause = None;
        if token.lifetime.is_none() {
            return (next, Adopted::NotKept);
        }
        // Of two, the one whose request started later: the gateway may end the older.
        let newer = |t: &Arc<Token>| t.issued.boot > token.issued.boot;
        if next.token.as_ref().is_some_and(newer) {
            return (next, Adopted::NotKept);
        }
        next.token = Some(Arc::clone(token));
        (next, Adopted::Current)
    }

    /// An attempt failed; `own` says that it tells nothing to others. `random` is from 0 to 1.
    pub(crate) fn failed(&self, failure: &Arc<Failure>, own: bool, now: Now, random: f64) -> Self {
        use Status as S;
        // Callers in a hurry must not keep those with more time from refreshing.
        let step = u32::from(!own);
        let streak = self
            .pause
            .as_ref()
            .map_or(0, |p| p.streak.saturating_add(step));
        let asked = u64::try_from(failure.retry_after_ms)
            .ok()
            .filter(|ms| *ms > 0)
            .map(|ms| Duration::from_millis(ms).min(LONGEST_RETRY_AFTER));
        let may_ask =
            failure.status == S::MOMO_RATE_LIMITED || matches!(failure.http_status, 502..=504);
        let pause = match failure.status {
            S::MOMO_UNAUTHORIZED | S::MOMO_SUBSCRIPTION_KEY_REFUSED | S::MOMO_FORBIDDEN => {
                LONG_PAUSE
            }
            _ => asked.filter(|_| may_ask).unwrap_or_else(|| {
                let doubled = SHORT_PAUSE.saturating_mul(1 << streak.min(8));
                // Half of it at random: callers that failed together come back apart.
                doubled.min(LONG_PAUSE).mul_f64(0.5 + random / 2.0)
            }),
        };
        let mut next = self.clone();
        next.pause = Some(Pause {
            until: now.boot + pause,
            failure: Arc::clone(failure),
            own,
            streak,
        });
        next
    }

    /// The gateway refused `access`. None where it is not the current token any more.
    pub(crate) fn invalidated(&self, access: &[u8], now: Now) -> Option<Self> {
        let current = self.token.as_ref()?;
        if current.access() != access {
            return None;
        }
        let mut next = self.clone();
        next.token = None;
        if next.refused.len() == REFUSED {
            next.refused.remove(0);
        }
        next.refused.push(fingerprint(access));
        let brake = |bought: Duration| now.boot < bought + LONG_PAUSE;
        if next.bought.is_some_and(brake) {
            next.pause = Some(Pause {
                until: next.next_purchase(now),
                failure: Arc::new(Failure::new(
                    Status::MOMO_UNAUTHORIZED,
                    "the token was invalidated right after it was issued; check that what refuses \
                     it (a 401 of another cause?) is about the token",
                )),
                own: false,
                streak: 0,
            });
        } else {
            next.bought = Some(now.boot);
            next.pause = None;
        }
        Some(next)
    }

    pub(crate) fn cleared(&self) -> Self {
        Self {
            key: self.key,
            ..Self::default()
        }
    }

    fn has_refused(&self, access: &[u8]) -> bool {
        // A digest costs as much as all the rest of a call; nearly always there is nothing to find.
        !self.refused.is_empty() && self.refused.contains(&fingerprint(access))
    }

    /// Books the next token that invalidation may buy, and says when that is.
    fn next_purchase(&mut self, now: Now) -> Duration {
        let at = match self.bought {
            // Booked already.
            Some(bought) if bought > now.boot => bought,
            Some(bought) if bought + LONG_PAUSE > now.boot => bought + LONG_PAUSE,
            _ => now.boot + LONG_PAUSE,
        };
        self.bought = Some(at);
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
