//! Statuses, and failures of calls.

use serde::{Deserialize, Serialize};

use crate::Phase;

/// A status: the outcome of a call.
///
/// A number never changes its meaning. New versions may add statuses, so handle a number that you
/// do not know. momo_status_name() returns the name.
///
/// - 1 and 2: the program or an option is wrong.
/// - 10 to 14: no response came from the gateway. Try again later. Only if a certificate is not
///   trusted (MOMO_TLS_FAILED), a person has to act.
/// - 15: `timeout_ms` was 0 and there is no token yet. Make the call again later.
/// - 16: the client was cancelled. It stays cancelled.
/// - 20 to 22: the gateway refused the credentials or the access. A person has to act.
/// - 23 and 24: the gateway refused for now. Try again later.
/// - 25 and 26: the response is not one of the gateway's. Check `base_url` and `product`.
/// - 30 and 99: the host or the library is at fault.
///
/// @since 0.1.0
/// @ingroup momo_error
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(non_camel_case_types)]
pub enum momo_status {
    /// The call succeeded.
    MOMO_OK = 0,
    /// An argument is NULL but must not be, is not UTF-8, or is out of range.
    MOMO_INVALID_ARGUMENT = 1,
    /// An option is unknown, a value is bad, a credential is missing, or the trust store is not
    /// usable. The call used no network.
    MOMO_INVALID_CONFIG = 2,
    /// The host has no address, or none on loopback for plain http, or no name server responds.
    MOMO_RESOLVE_FAILED = 10,
    /// The gateway or the proxy refused the connection or was unreachable, or this process lacks a
    /// file descriptor, a thread or a port. The message says which.
    MOMO_CONNECT_FAILED = 11,
    /// The TLS handshake failed, or the certificate is not trusted. The message says why.
    MOMO_TLS_FAILED = 12,
    /// The time was up. `phase` and the message say where.
    MOMO_TIMED_OUT = 13,
    /// The connection broke before the whole response was there.
    MOMO_CONNECTION_LOST = 14,
    /// No token is at hand and `timeout_ms` is 0.
    MOMO_WOULD_BLOCK = 15,
    /// momo_cancel_client() was called on this client. Later calls on it end like this too.
    MOMO_CANCELLED = 16,
    /// The gateway refused the API user or the API key.
    MOMO_UNAUTHORIZED = 20,
    /// The gateway refused the subscription key.
    MOMO_SUBSCRIPTION_KEY_REFUSED = 21,
    /// The IP address or the user is not authorised, or a firewall refused the request.
    MOMO_FORBIDDEN = 22,
    /// There were too many requests, or the quota is spent. `retry_after_ms` says when to try
    /// again, if that is known.
    MOMO_RATE_LIMITED = 23,
    /// The gateway failed (5xx).
    MOMO_SERVER_ERROR = 24,
    /// The response has another HTTP status, for example a redirect.
    MOMO_UNEXPECTED_STATUS = 25,
    /// The response has no usable token, is too large, or is broken HTTP.
    MOMO_INVALID_RESPONSE = 26,
    /// The directory of a file cache is unsafe.
    MOMO_CACHE_FAILED = 30,
    /// This is a bug in the library.
    MOMO_INTERNAL = 99,
}

pub(crate) use momo_status as Status;

macro_rules! named {
    ($($name:ident)*) => {
        &[$((Status::$name, concat!(stringify!($name), "\0"))),*]
    };
}

/// Every status with its name, which ends with NUL for C.
pub(crate) const NAMES: &[(Status, &str)] = named! {
    MOMO_OK MOMO_INVALID_ARGUMENT MOMO_INVALID_CONFIG
    MOMO_RESOLVE_FAILED MOMO_CONNECT_FAILED MOMO_TLS_FAILED MOMO_TIMED_OUT
    MOMO_CONNECTION_LOST MOMO_WOULD_BLOCK MOMO_CANCELLED
    MOMO_UNAUTHORIZED MOMO_SUBSCRIPTION_KEY_REFUSED MOMO_FORBIDDEN MOMO_RATE_LIMITED
    MOMO_SERVER_ERROR MOMO_UNEXPECTED_STATUS MOMO_INVALID_RESPONSE
    MOMO_CACHE_FAILED MOMO_INTERNAL
};

/// A failed call, as the caller will see it. Nothing in it is secret: what came from outside was
/// redacted before it got here.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) status: Status,
    /// 0 if there was no response.
    pub(crate) http_status: u16,
    /// Milliseconds; -1 if no time is known.
    pub(crate) retry_after_ms: i64,
    pub(crate) message: String,
    pub(crate) code: String,
    pub(crate) body: String,
    /// Of the request that failed.
    pub(crate) phase: Phase,
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
            phase: Phase::None,
        }
    }

    /// What a response says, or lacks.
    pub(crate) fn of_response(http: u16, status: Status, message: impl Into<String>) -> Self {
        Self {
            http_status: http,
            phase: Phase::Read,
            ..Self::new(status, message)
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

    pub(crate) fn hanging() -> Self {
        Self::new(
            Status::MOMO_TIMED_OUT,
            "earlier requests have not ended long after their time; a file of the credentials or of \
             the cache may be on a file system that does not respond: check it",
        )
    }

    pub(crate) fn internal(what: &str) -> Self {
        Self::new(
            Status::MOMO_INTERNAL,
            format!("internal error: {what}; this is a bug in libmomo, please report it"),
        )
    }
}
