//! Token: as the gateway issued it, and what is left of its life.

use std::time::Duration;

use crate::{Now, SecretBytes};

const SCHEME: &str = "Bearer ";

/// RFC 6750 section 2.1, and more than any JWT of the gateway's (some 570 characters).
const MAX_BYTES: usize = 8192;

/// A token with a millisecond left is of no use: expired begins this early, or this part of the
/// lifetime before the end if that is less.
const MAX_EARLINESS: Duration = Duration::from_secs(10);
const EARLINESS_PART: u32 = 20;

/// The refresh margin is at most this part of the lifetime, and up to this part of itself is added
/// at random, one draw per process, so that workers do not refresh together.
const MARGIN_PART: u32 = 4;
const JITTER_PART: u64 = 5;

pub(crate) struct Token {
    /// `Bearer <access_token>\0<token_type>`: what a caller is given, in the form it is given in,
    /// so that handing it out is one copy.
    text: SecretBytes,
    /// Where the token type begins.
    type_at: usize,
    /// None if the gateway said nothing usable.
    pub(crate) life: Option<Life>,
    /// The start of the attempt that brought it: the gateway cannot have issued it earlier.
    pub(crate) issued: Now,
    pub(crate) origin: Origin,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    /// As the gateway said.
    pub(crate) lifetime: Duration,
    pub(crate) end: Now,
}

/// Origins of a token, as `token_origin` of #momo_stats has them.
///
/// @since 0.1.0
/// @ingroup momo_stats
/// cbindgen:rename-all=prefix:MOMO_TOKEN_FROM_
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum momo_token_origin {
    /// There is no token.
    NOWHERE = 0,
    /// The gateway issued it to this process.
    GATEWAY = 1,
    /// A directory (see the option `cache`).
    DIRECTORY = 2,
    /// A Redis server.
    REDIS = 3,
}

pub(crate) use momo_token_origin as Origin;

impl Token {
    /// One that the gateway issued. `access` is of RFC 6750's alphabet and `kind` has no NUL: both
    /// were checked on arrival.
    pub(crate) fn new(access: &str, kind: &str, lifetime: Option<Duration>, issued: Now) -> Self {
        let life = lifetime.map(|lifetime| Life {
            lifetime,
            end: issued + lifetime,
        });
        Self::with_life(access, kind, life, issued, Origin::GATEWAY)
    }

    pub(crate) fn with_life(
        access: &str,
        kind: &str,
        life: Option<Life>,
        issued: Now,
        origin: Origin,
    ) -> Self {
        let type_at = SCHEME.len() + access.len() + 1;
        let mut text = SecretBytes::with_capacity(type_at + kind.len());
        for part in [SCHEME, access, "\0", kind] {
            text.extend_from_slice(part.as_bytes());
        }
        Self {
            text,
            type_at,
            life,
            issued,
            origin,
        }
    }

    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Where in the text the access token and the token type begin.
    pub(crate) fn offsets(&self) -> (usize, usize) {
        (SCHEME.len(), self.type_at)
    }

    pub(crate) fn access(&self) -> &[u8] {
        &self.text[SCHEME.len()..self.type_at - 1]
    }

    pub(crate) fn kind(&self) -> &[u8] {
        &self.text[self.type_at..]
    }

    /// Until the gateway's own expiry, by whichever clock says less: the boot clock cannot be set
    /// back, the wall clock is what the gateway goes by. None if the lifetime is not known.
    pub(crate) fn left(&self, now: Now) -> Option<Duration> {
        let end = self.life?.end;
        let by_boot = end.boot.saturating_sub(now.boot);
        Some(by_boot.min(end.wall.saturating_sub(now.wall)))
    }

    /// Until it counts as expired.
    pub(crate) fn usable(&self, now: Now) -> Duration {
        let earliness = self.life.map_or(Duration::ZERO, Life::earliness);
        self.left(now).unwrap_or_default().saturating_sub(earliness)
    }

    /// Whether it counts as expired. Of one without a lifetime nobody knows.
    pub(crate) fn is_expired(&self, now: Now) -> bool {
        self.life.is_some() && self.usable(now).is_zero()
    }

    /// Until a refresh is due: zero for a stale token, None for an expired one.
    pub(crate) fn refresh_in(&self, now: Now, margin: Duration, jitter: u32) -> Option<Duration> {
        let (life, left) = (self.life?, self.left(now)?);
        let margin = margin.min(life.lifetime / MARGIN_PART);
        // In whole numbers: every call comes through here. In milliseconds the product of a margin,
        // which is a day at most, and a draw fits.
        let draw = margin.as_millis() as u64 * u64::from(jitter);
        let margin = margin + Duration::from_millis(draw / (JITTER_PART * u64::from(u32::MAX)));
        let earliness = life.earliness();
        (left > earliness).then(|| left.saturating_sub(margin.max(earliness)))
    }
}

impl Life {
    fn earliness(self) -> Duration {
        MAX_EARLINESS.min(self.lifetime / EARLINESS_PART)
    }
}

/// A process's draw, from the whole range of the type. Each forked child has another one: numbers
/// that differ by little, as of processes one after the other, come out far apart.
pub(crate) fn jitter(generation: u64) -> u32 {
    (generation.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

pub(crate) fn check_access(token: &str) -> Result<(), &'static str> {
    if token.is_empty() {
        return Err("its access_token is empty");
    }
    if token.len() > MAX_BYTES {
        return Err("its access_token is longer than 8,192 characters");
    }
    // token68: the alphabet, then any number of '='.
    let body = token.trim_end_matches('=').as_bytes();
    // Four at a time, and no branch for each byte: a quarter of the instructions.
    let is_other = |byte: &u8| NOT_TOKEN68[usize::from(*byte)];
    let fours = body.chunks_exact(4);
    let at_end = fours.remainder().iter().any(is_other);
    let has_other = fours.fold(at_end, |so_far, four| {
        so_far | is_other(&four[0]) | is_other(&four[1]) | is_other(&four[2]) | is_other(&four[3])
    });
    if body.is_empty() || has_other {
        return Err("its access_token has a character that no bearer token has");
    }
    Ok(())
}

/// Every byte but RFC 6750's alphabet, which has the '=' at the end alone.
static NOT_TOKEN68: [bool; 256] = {
    let mut table = [true; 256];
    let mut alphabet: &[u8] =
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
    while let [byte, rest @ ..] = alphabet {
        table[*byte as usize] = false;
        alphabet = rest;
    }
    table
};

#[cfg(test)]
mod tests;
