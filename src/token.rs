//! A token as the gateway issued it.

use std::time::Duration;

use crate::clock::Now;
use crate::secret::SecretBytes;

const SCHEME: &str = "Bearer ";

pub(crate) struct Token {
    /// `Bearer <access_token>\0<token_type>\0`: what a caller is given, in the form it is given in,
    /// so that handing it out is one copy.
    text: SecretBytes,
    /// Where the token type begins.
    type_at: usize,
    /// As the gateway said; None where it said nothing usable.
    pub(crate) lifetime: Option<Duration>,
    /// The start of the attempt that brought it: the gateway cannot have issued it earlier.
    pub(crate) issued: Now,
}

impl Token {
    /// `access` is of RFC 6750's alphabet and `kind` has no NUL: both were checked on arrival.
    pub(crate) fn new(access: &str, kind: &str, lifetime: Option<Duration>, issued: Now) -> Self {
        let length = SCHEME.len() + access.len() + kind.len() + 2;
        let mut text = SecretBytes::with_capacity(length);
        for part in [SCHEME, access, "\0"] {
            text.extend_from_slice(part.as_bytes());
        }
        let type_at = text.len();
        text.extend_from_slice(kind.as_bytes());
        text.push(0);
        Self {
            text,
            type_at,
            lifetime,
            issued,
        }
    }

    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    pub(crate) fn access_at(&self) -> usize {
        SCHEME.len()
    }

    pub(crate) fn type_at(&self) -> usize {
        self.type_at
    }

    pub(crate) fn access(&self) -> &[u8] {
        &self.text[SCHEME.len()..self.type_at - 1]
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token")
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}
