//! Life of a token: fresh, stale, expired.

use std::time::Duration;

use crate::{Now, Token, sys};

/// A token with a millisecond left is of no use: expired begins this early, or this part of the
/// lifetime before the end if that is less.
const MAX_EARLINESS: Duration = Duration::from_secs(10);
const EARLINESS_PART: u32 = 20;

/// The refresh margin is at most this part of the lifetime, and up to this part of itself is added
/// at random, one draw per process, so that workers do not refresh together.
const MARGIN_PART: u32 = 4;
const JITTER_PART: u64 = 5;

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
/// back, the wall clock is what the gateway goes by. None if the lifetime is not known.
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

pub(crate) fn freshness(token: &Token, now: Now, margin: Duration, jitter: u32) -> Freshness {
    let Some((life, left)) = token.life.zip(left(token, now)) else {
        return Freshness::Expired;
    };
    let usable = left.saturating_sub(earliness(token));
    if usable.is_zero() {
        return Freshness::Expired;
    }
    let margin = margin.min(life.lifetime / MARGIN_PART);
    let margin = margin + share(margin, jitter);
    let refresh_in = left.saturating_sub(margin).min(usable);
    if refresh_in.is_zero() {
        Freshness::Stale
    } else {
        Freshness::Fresh { refresh_in }
    }
}

/// What the draw adds to a margin. In whole numbers: every call comes through here. In milliseconds
/// the product of a margin, which is a day at most, and a draw fits.
fn share(margin: Duration, jitter: u32) -> Duration {
    let product = margin.as_millis() as u64 * u64::from(jitter);
    Duration::from_millis(product / (JITTER_PART * u64::from(u32::MAX)))
}

/// This process's draw, from the whole range of the type. Each forked child has another one.
pub(crate) fn jitter() -> u32 {
    jitter_of(sys::generation())
}

fn jitter_of(generation: u64) -> u32 {
    // Numbers that differ by little, as of processes one after the other, come out far apart.
    (generation.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

#[cfg(test)]
mod tests;
