//! Hooks for the fuzz targets of `fuzz/`, beside the C interface. They alone have the
//! feature `fuzzing`: no library that is built otherwise has this.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use crate::cache::fuzzing::{RedisReply, SealedCache};
pub use crate::config::fuzzing::{
    Url, base_url, bypasses, option_names, proxy_from_env, proxy_url, redis_url,
};
use crate::credentials::redact::Redactor;
pub use crate::gateway::fuzzing::ResponseReader;
pub use crate::net::socket::fuzzing::{Peer, set_peer};

/// A token, as far as a response or a sealed value tells of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    pub access: String,
    pub kind: String,
    pub lifetime: Option<Duration>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    pub status: crate::ffi::momo_status,
    pub http_status: u16,
    pub retry_after_ms: i64,
    pub message: String,
    pub code: String,
    pub body: String,
}

impl From<&crate::token::Token> for Token {
    fn from(token: &crate::token::Token) -> Self {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Self {
            access: text(token.access()),
            kind: text(token.kind()),
            lifetime: token.life.map(|life| life.lifetime),
        }
    }
}

impl From<crate::error::Failure> for Failure {
    fn from(failure: crate::error::Failure) -> Self {
        Self {
            status: failure.status,
            http_status: failure.http_status,
            retry_after_ms: failure.retry_after_ms,
            message: failure.message,
            code: failure.code,
            body: failure.body,
        }
    }
}

/// The text as it may be shown.
pub fn redact(secrets: &[&str], pairs: &[(&str, &str)], text: &[u8], max: usize) -> String {
    let redactor = Redactor::new(secrets.iter().copied(), pairs.iter().copied());
    redactor.clean(text, max)
}

static CLOCKS_AHEAD: AtomicU64 = AtomicU64::new(0);

/// Sets both clocks that a token's life is measured on ahead of the system's.
pub fn set_clocks_ahead(milliseconds: u64) {
    CLOCKS_AHEAD.store(milliseconds, Ordering::SeqCst);
}

pub(crate) fn clocks_ahead() -> Duration {
    Duration::from_millis(CLOCKS_AHEAD.load(Ordering::SeqCst))
}
