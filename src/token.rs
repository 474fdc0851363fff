//! A token as the gateway issued it.

use std::time::Duration;

use crate::{Now, SecretBytes};

const SCHEME: &str = "Bearer ";

/// RFC 6750 section 2.1, and more than any JWT of the gateway's (some 570 characters).
const MAX_BYTES: usize = 8192;

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

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    Gateway = 1,
    File = 2,
    Redis = 3,
}

impl Token {
    /// One that the gateway issued. `access` is of RFC 6750's alphabet and `kind` has no NUL: both
    /// were checked on arrival.
    pub(crate) fn new(access: &str, kind: &str, lifetime: Option<Duration>, issued: Now) -> Self {
        let life = lifetime.map(|lifetime| Life {
            lifetime,
            end: issued + lifetime,
        });
        Self::with_life(access, kind, life, issued, Origin::Gateway)
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
