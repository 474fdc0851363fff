//! What a call can end with.

use std::fmt;

/// What a call ended with. Values are fixed for ever; new ones are added at the end of a group.
///
/// The number also tells what to do: 10 to 16 are about the way to the gateway (try again later),
/// 20 to 22 about credentials (tell a person), 23 to 26 about the gateway's response.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(non_camel_case_types)]
pub enum momo_status {
    /// The call did what it says.
    MOMO_OK = 0,
    /// NULL where a value is needed, text that is not UTF-8, a number out of range.
    MOMO_INVALID_ARGUMENT = 1,
    /// An unknown option, a bad value, a missing credential, an unusable trust store. Always
    /// before any network.
    MOMO_INVALID_CONFIG = 2,
    /// The host name has no address, or, for plain http, none on loopback.
    MOMO_RESOLVE_FAILED = 10,
    /// Refused or unreachable; the proxy too. Also where this process lacks a file descriptor, a
    /// thread or a port for it: the message says which.
    MOMO_CONNECT_FAILED = 11,
    /// The TLS handshake failed or the certificate is not trusted; the message says which rule.
    MOMO_TLS_FAILED = 12,
    /// The time was up, wherever it went.
    MOMO_TIMED_OUT = 13,
    /// The connection broke before a whole response came.
    MOMO_CONNECTION_LOST = 14,
    /// No token is at hand and timeout_ms is 0.
    MOMO_WOULD_BLOCK = 15,
    /// momo_cancel_client was called.
    MOMO_CANCELLED = 16,
    /// The API user or API key was refused.
    MOMO_UNAUTHORIZED = 20,
    /// The subscription key was refused.
    MOMO_SUBSCRIPTION_KEY_REFUSED = 21,
    /// Not allowed: an IP address that is not authorised, or a firewall in front of the gateway.
    MOMO_FORBIDDEN = 22,
    /// Too many requests, or a spent quota. retry_after_ms tells when to try again, where known.
    MOMO_RATE_LIMITED = 23,
    /// The gateway failed (5xx).
    MOMO_SERVER_ERROR = 24,
    /// Any other HTTP status, every redirect among them.
    MOMO_UNEXPECTED_STATUS = 25,
    /// A response that is not what the gateway sends: no usable token, too large, broken HTTP.
    MOMO_INVALID_RESPONSE = 26,
    /// The directory of a file cache is unsafe.
    MOMO_CACHE_FAILED = 30,
    /// A bug in this library.
    MOMO_INTERNAL = 99,
}

pub(crate) use momo_status as Status;

impl momo_status {
    /// Every status with its name; the number is the enum's own.
    pub(crate) const NAMES: [(momo_status, &'static std::ffi::CStr); 19] = [
        (Status::MOMO_OK, c"MOMO_OK"),
        (Status::MOMO_INVALID_ARGUMENT, c"MOMO_INVALID_ARGUMENT"),
        (Status::MOMO_INVALID_CONFIG, c"MOMO_INVALID_CONFIG"),
        (Status::MOMO_RESOLVE_FAILED, c"MOMO_RESOLVE_FAILED"),
        (Status::MOMO_CONNECT_FAILED, c"MOMO_CONNECT_FAILED"),
        (Status::MOMO_TLS_FAILED, c"MOMO_TLS_FAILED"),
        (Status::MOMO_TIMED_OUT, c"MOMO_TIMED_OUT"),
        (Status::MOMO_CONNECTION_LOST, c"MOMO_CONNECTION_LOST"),
        (Status::MOMO_WOULD_BLOCK, c"MOMO_WOULD_BLOCK"),
        (Status::MOMO_CANCELLED, c"MOMO_CANCELLED"),
        (Status::MOMO_UNAUTHORIZED, c"MOMO_UNAUTHORIZED"),
        (
            Status::MOMO_SUBSCRIPTION_KEY_REFUSED,
            c"MOMO_SUBSCRIPTION_KEY_REFUSED",
        ),
        (Status::MOMO_FORBIDDEN, c"MOMO_FORBIDDEN"),
        (Status::MOMO_RATE_LIMITED, c"MOMO_RATE_LIMITED"),
        (Status::MOMO_SERVER_ERROR, c"MOMO_SERVER_ERROR"),
        (Status::MOMO_UNEXPECTED_STATUS, c"MOMO_UNEXPECTED_STATUS"),
        (Status::MOMO_INVALID_RESPONSE, c"MOMO_INVALID_RESPONSE"),
        (Status::MOMO_CACHE_FAILED, c"MOMO_CACHE_FAILED"),
        (Status::MOMO_INTERNAL, c"MOMO_INTERNAL"),
    ];
}

impl momo_status {
    pub(crate) fn of_number(number: i32) -> Option<Self> {
        let mut all = Self::NAMES.iter().map(|(status, _)| *status);
        all.find(|status| *status as i32 == number)
    }
}

/// A failed call, as the caller will see it. Nothing in it is secret: what came from outside was
/// redacted before it got here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Failure {
    pub(crate) status: Status,
    /// 0 where no response came.
    pub(crate) http_status: u16,
    /// Milliseconds; -1 where no time is known.
    pub(crate) retry_after_ms: i64,
    pub(crate) message: String,
    pub(crate) code: String,
    pub(crate) body: String,
}

impl Failure {
    pub(crate) fn new(status: Status, message: impl Into<String>) -> Self {
        Self {
            status,
            http_status: 0,
            retry_after_ms: -1,
            message: message.into(),
            code: String::new(),
            body: String::new(),
        }
    }

    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::new(Status::MOMO_INVALID_ARGUMENT, message)
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(Status::MOMO_INVALID_CONFIG, message)
    }

    pub(crate) fn cancelled() -> Self {
        Self::new(
            Status::MOMO_CANCELLED,
            "cancelled: momo_cancel_client was called on this client; create a new one to go on",
        )
    }

    pub(crate) fn would_block() -> Self {
        Self::new(
            Status::MOMO_WOULD_BLOCK,
            "no token is at hand and timeout_ms is 0; call again with a time-out where blocking is \
             allowed",
        )
    }

    pub(crate) fn internal(what: &str) -> Self {
        Self::new(
            Status::MOMO_INTERNAL,
            format!("internal error: {what}; this is a bug in libmomo, please report it"),
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
