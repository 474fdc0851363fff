//! How an attempt can fail before there is a whole answer.

use std::fmt;
use std::io;

use crate::error::Status;
use crate::redact::Redactor;

/// How far an attempt had come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    Resolve,
    Connect,
    Proxy,
    Handshake,
    Send,
    Wait,
    Read,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cause {
    /// The host name has no (usable) address.
    NoAddress,
    Unreachable,
    /// The peers could not agree on TLS, or the certificate is not to be trusted.
    Untrusted,
    TimedOut,
    /// The peer ended the connection.
    Lost,
    /// A connection kept from an earlier call had been closed by the peer meanwhile.
    Stale,
    /// The answer is not HTTP as the standards have it, or larger than any token.
    Malformed,
    Cancelled,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Broken {
    pub(super) phase: Phase,
    pub(super) cause: Cause,
    /// What happened, why, and what to do about it: our own words.
    pub(super) detail: String,
    /// What a peer, or a library in its name, says of it: not to be shown before it is cleaned.
    quote: Option<String>,
}

impl Broken {
    pub(super) fn new(phase: Phase, cause: Cause, detail: impl Into<String>) -> Self {
        Self {
            phase,
            cause,
            detail: detail.into(),
            quote: None,
        }
    }

    pub(super) fn quoting(self, quote: &impl ToString) -> Self {
        Self {
            quote: Some(quote.to_string()),
            ..self
        }
    }

    /// The whole of it, fit to be shown.
    pub(super) fn say(&self, redactor: &Redactor) -> String {
        const LONGEST_QUOTE: usize = 256;
        match &self.quote {
            Some(quote) => format!(
                "{self} ({})",
                redactor.clean(quote.as_bytes(), LONGEST_QUOTE)
            ),
            None => self.to_string(),
        }
    }

    pub(super) fn timed_out(phase: Phase) -> Self {
        Self::new(phase, Cause::TimedOut, "the time was up")
    }

    pub(super) fn cancelled(phase: Phase) -> Self {
        Self::new(phase, Cause::Cancelled, "cancelled")
    }

    pub(super) fn header_too_large() -> Self {
        Self::new(
            Phase::Read,
            Cause::Malformed,
            "the header of the answer is larger than any gateway sends",
        )
    }

    pub(super) fn during(self, phase: Phase) -> Self {
        let cause = match self.cause {
            // A proxy that answers so opens no tunnel; the gateway's answer is what it is.
            Cause::Malformed if phase == Phase::Proxy => Cause::Unreachable,
            Cause::Malformed => return self,
            // What a kept connection is to a proxy's exchange is a new one to ours.
            Cause::Stale => Cause::Lost,
            cause => cause,
        };
        Self {
            phase,
            cause,
            ..self
        }
    }

    /// An error of the socket itself.
    pub(super) fn from_io(phase: Phase, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Self::timed_out(phase),
            _ => Self::new(
                phase,
                Cause::Lost,
                format!("the connection broke ({error}); try again"),
            ),
        }
    }

    pub(super) fn status(&self) -> Status {
        match (self.cause, self.phase) {
            (Cause::NoAddress, _) => Status::MOMO_RESOLVE_FAILED,
            (Cause::Unreachable, _) | (Cause::Lost, Phase::Connect | Phase::Proxy) => {
                Status::MOMO_CONNECT_FAILED
            }
            (Cause::Untrusted, _) | (Cause::Lost, Phase::Handshake) => Status::MOMO_TLS_FAILED,
            (Cause::TimedOut, _) => Status::MOMO_TIMED_OUT,
            (Cause::Lost | Cause::Stale, _) => Status::MOMO_CONNECTION_LOST,
            (Cause::Malformed, _) => Status::MOMO_INVALID_RESPONSE,
            (Cause::Cancelled, _) => Status::MOMO_CANCELLED,
        }
    }

    /// Whether another attempt may fare better: nothing of an answer has come, and nothing was
    /// refused.
    pub(super) fn may_pass(&self) -> bool {
        match self.cause {
            Cause::NoAddress | Cause::Unreachable | Cause::Stale | Cause::TimedOut => true,
            Cause::Lost => self.phase != Phase::Read,
            Cause::Untrusted | Cause::Malformed | Cause::Cancelled => false,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolve => "looking up the host name",
            Self::Connect => "connecting",
            Self::Proxy => "asking the proxy for a tunnel",
            Self::Handshake => "the TLS handshake",
            Self::Send => "sending the request",
            Self::Wait => "waiting for the answer",
            Self::Read => "reading the answer",
        })
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.phase, self.detail)
    }
}

impl std::error::Error for Broken {}

/// Through ureq and rustls a failure travels inside their own errors; these two take it in and
/// out again.
impl From<Broken> for ureq::Error {
    fn from(broken: Broken) -> Self {
        Self::Other(Box::new(broken))
    }
}

pub(super) fn find(error: &ureq::Error) -> Option<&Broken> {
    match error {
        ureq::Error::Other(other) => other.downcast_ref::<Broken>(),
        ureq::Error::Io(error) => find_in_io(error),
        _ => None,
    }
}

/// The same failure, said to have happened in `phase`: the lower layers do not know what they are
/// used for.
pub(super) fn at(error: ureq::Error, phase: Phase) -> ureq::Error {
    match find(&error) {
        Some(broken) => broken.clone().during(phase).into(),
        None => error,
    }
}

pub(super) fn find_in_io(error: &io::Error) -> Option<&Broken> {
    find(error.get_ref()?.downcast_ref::<ureq::Error>()?)
}
