//! Life of a token: fresh, stale, expired.

use std::time::Duration;

use crate::clock::Now;
use crate::sys;
use crate::token::Token;

/// A token with a millisecond left is of no use: expired begins this early, or this part of the
/// lifetime before the end where that is less.
const MAX_EARLINESS: Duration = Duration::from_secs(10);
const EARLINESS_PART: u32 = 20;

/// The refresh margin is at most this part of the lifetime, and up to this much of itself is added
/// at random, one draw per process, so that workers do not refresh together.
const MARGIN_PART: u32 = 4;
const MARGIN_JITTER: f64 = 0.2;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Freshness {
    Fresh {
        /// How long until it is stale.
        refresh_in: Duration,
    },
    Stale,
    Expired,
}

/// Until the gateway's own expiry, by whichever clock says less: the boot clock cannot be set
/// back, the wall clock is what the gateway goes by. None where the lifetime is not known.
pub(crate) fn left(token: &Token, now: Now) -> Option<Duration> {
    let end = token.life?.end;
    let by_boot = end.boot.saturating_sub(now.boot);
    Some(by_boot.min(end.wall.saturating_sub(now.wall)))
}

pub(crate) fn usable(token: &Token, now: Now) -> Duration {
    let left = left(token, now).unwrap_or_default();
    left.saturating_sub(earliness(token))
}

fn earliness(token: &Token) -> Duration {
    let lifetime = token.life.map_or(Duration::ZERO, |life| life.lifetime);
    MAX_EARLINESS.min(lifetime / EARLINESS_PART)
}

pub(crate) fn has_ended(token: &Token, now: Now) -> bool {
    left(token, now).is_some_and(|left| left.is_zero())
}

/// `jitter` is this process's draw, from 0 to 1.
pub(crate) fn freshness(token: &Token, now: Now, margin: Duration, jitter: f64) -> Freshness {
    let Some((life, left)) = token.life.zip(left(token, now)) else {
        return Freshness::Expired;
    };
    let usable = left.saturating_sub(earliness(token));
    if usable.is_zero() {
        return Freshness::Expired;
    }
    let margin = margin.min(life.lifetime / MARGIN_PART);
    let margin = margin.mul_f64(1.0 + MARGIN_JITTER * jitter);
    let refresh_in = left.saturating_sub(margin).min(usable);
    if refresh_in.is_zero() {
        Freshness::Stale
    } else {
        Freshness::Fresh { refresh_in }
    }
}

/// This process's draw, from 0 to 1: another one in each forked child.
pub(crate) fn jitter() -> f64 {
    jitter_of(sys::generation())
}

fn jitter_of(generation: u64) -> f64 {
    // Numbers that differ by little, as of processes one after the other, come out far apart.
    let high = (generation.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32;
    f64::from(high) / f64::from(u32::MAX)
}

#[cfg(test)]
#[path = "life_tests.rs"]
mod tests;
