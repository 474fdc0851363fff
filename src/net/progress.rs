//! Progress of a request: its phase and its attempt, readable from the threads that wait for it.

use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// A phase: the step that a request is at.
///
/// A number never changes its meaning. New versions may add phases, in any place of their order.
///
/// @since 0.1.0
/// @ingroup momo_error
/// cbindgen:rename-all=QualifiedScreamingSnakeCase
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum momo_phase {
    /// There was no request, or the error says nothing of one.
    None = 0,
    /// Reading the files of the credentials, and what other processes have left.
    Prepare = 1,
    /// Waiting for the request of another process (see the option `cache`).
    OtherProcess = 2,
    /// Looking up the host name.
    Resolve = 3,
    /// Connecting to the gateway or the proxy.
    Connect = 4,
    /// Asking the proxy for a tunnel.
    Proxy = 5,
    /// The TLS handshake.
    Handshake = 6,
    /// Sending the request.
    Send = 7,
    /// Waiting for the response.
    Wait = 8,
    /// Reading the response. The gateway's refusals come from here.
    Read = 9,
    /// Waiting before the next attempt.
    Backoff = 10,
}

pub(crate) use momo_phase as Phase;

/// By their numbers.
const PHASES: [(Phase, &str); 11] = [
    (Phase::None, "no request"),
    (Phase::Prepare, "preparing the request"),
    (
        Phase::OtherProcess,
        "waiting for the request of another process",
    ),
    (Phase::Resolve, "looking up the host name"),
    (Phase::Connect, "connecting"),
    (Phase::Proxy, "asking the proxy for a tunnel"),
    (Phase::Handshake, "the TLS handshake"),
    (Phase::Send, "sending the request"),
    (Phase::Wait, "waiting for the response"),
    (Phase::Read, "reading the response"),
    (Phase::Backoff, "waiting before the next attempt"),
];

pub(crate) struct Progress {
    started: Instant,
    phase: AtomicU8,
    attempt: AtomicU32,
    polls: AtomicU32,
}

impl Progress {
    pub(crate) fn begin() -> Self {
        Self {
            started: Instant::now(),
            phase: AtomicU8::new(Phase::Prepare as u8),
            attempt: AtomicU32::new(1),
            polls: AtomicU32::new(0),
        }
    }

    pub(crate) fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Relaxed);
    }

    pub(crate) fn phase(&self) -> Phase {
        PHASES[usize::from(self.phase.load(Relaxed))].0
    }

    pub(crate) fn begin_attempt(&self, number: u32) {
        self.attempt.store(number, Relaxed);
    }

    /// Counted from 1.
    pub(crate) fn attempt(&self) -> u32 {
        self.attempt.load(Relaxed)
    }

    /// A call that must not block wants the outcome.
    pub(crate) fn poll(&self) {
        self.polls.fetch_add(1, Relaxed);
    }

    /// Whether one of them looked again: its program waits.
    pub(crate) fn was_polled(&self) -> bool {
        self.polls.load(Relaxed) > 1
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PHASES[*self as usize].1)
    }
}

#[cfg(test)]
mod tests;
