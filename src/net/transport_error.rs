//! Transport error: why an attempt failed before there was a whole response.

use std::fmt;
use std::io;

use rustix::io::Errno;

use crate::credentials::redact::Redactor;
use crate::{Failure, Phase, Status};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    NoAddress,
    /// No name server says anything about the host.
    NoNameServer,
    /// This machine or process lacks what it takes: a file descriptor, memory, a thread, a port.
    /// It says nothing about the host or its addresses.
    NoLocalResource,
    Unreachable,
    /// A proxy does not let this client through.
    Refused,
    /// The peers could not agree on TLS, or the certificate is not to be trusted.
    Untrusted,
    TimedOut,
    ConnectionLost,
    /// The response is not HTTP as the standards have it, or larger than any token.
    InvalidHttp,
    Cancelled,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct TransportError {
    pub(crate) phase: Phase,
    pub(crate) kind: Kind,
    /// What happened, why, and what to do about it: our own words.
    pub(crate) detail: String,
    /// What the peer, or a library on its behalf, said. It is redacted before it is shown.
    peer_text: Option<String>,
}

pub(crate) type Result<T, E = TransportError> = std::result::Result<T, E>;

impl TransportError {
    pub(crate) fn new(phase: Phase, kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            phase,
            kind,
            detail: detail.into(),
            peer_text: None,
        }
    }

    pub(crate) fn with_peer_text(mut self, peer_text: &impl ToString) -> Self {
        self.peer_text = Some(peer_text.to_string());
        self
    }

    pub(crate) fn invalid_http(what: &str) -> Self {
        let detail = format!("{what}; check what stands between here and the gateway");
        Self::new(Phase::Read, Kind::InvalidHttp, detail)
    }

    /// A failed system call. If it tells of this machine's or process's limits, that is the error.
    pub(crate) fn of_system(phase: Phase, error: &io::Error, kind: Kind, detail: String) -> Self {
        let what = match Errno::from_io_error(error) {
            #[cfg(unix)]
            Some(Errno::NFILE) => "no file descriptor left",
            Some(Errno::MFILE) => "no file descriptor left",
            #[cfg(unix)]
            Some(Errno::NOMEM) => "no memory left for it",
            Some(Errno::NOBUFS) => "no memory left for it",
            Some(Errno::ADDRNOTAVAIL) => "no free local port or address",
            _ => return Self::new(phase, kind, detail),
        };
        let detail = format!(
            "this process has {what} ({error}); close what is not needed or raise the limit"
        );
        Self::new(phase, Kind::NoLocalResource, detail)
    }

    pub(crate) fn failure(&self, redactor: &Redactor) -> Failure {
        const MAX_PEER_TEXT_BYTES: usize = 256;
        let mut message = self.to_string();
        if let Some(text) = &self.peer_text {
            let text = redactor.clean(text.as_bytes(), MAX_PEER_TEXT_BYTES);
            message += &format!(" ({text})");
        }
        Failure {
            phase: self.phase,
            ..Failure::new(self.meaning().0, message)
        }
    }

    /// Whether another attempt may fare better: nothing of a response came, and nothing was refused.
    pub(crate) fn is_retryable(&self) -> bool {
        self.meaning().1
    }

    fn meaning(&self) -> (Status, bool) {
        match (self.kind, self.phase) {
            (Kind::NoAddress | Kind::NoNameServer, _) => (Status::MOMO_RESOLVE_FAILED, true),
            (Kind::Unreachable | Kind::NoLocalResource, _)
            | (Kind::ConnectionLost, Phase::Connect | Phase::Proxy) => {
                (Status::MOMO_CONNECT_FAILED, true)
            }
            (Kind::Refused, _) => (Status::MOMO_CONNECT_FAILED, false),
            (Kind::ConnectionLost, Phase::Handshake) => (Status::MOMO_TLS_FAILED, true),
            (Kind::Untrusted, _) => (Status::MOMO_TLS_FAILED, false),
            (Kind::TimedOut, _) => (Status::MOMO_TIMED_OUT, true),
            (Kind::ConnectionLost, phase) => (Status::MOMO_CONNECTION_LOST, phase != Phase::Read),
            (Kind::InvalidHttp, _) => (Status::MOMO_INVALID_RESPONSE, false),
            (Kind::Cancelled, _) => (Status::MOMO_CANCELLED, false),
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.phase, self.detail)
    }
}

impl std::error::Error for TransportError {}

impl From<TransportError> for io::Error {
    fn from(error: TransportError) -> Self {
        Self::other(error)
    }
}
