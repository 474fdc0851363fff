//! What the gateway does at which time, and which failures that explains.

use std::time::Duration;

use momo::ffi::momo_status::{self, *};
use momo_mock_gateway::{Gateway, ServerCertificate};

use super::clock::Nanoseconds;

struct Behaviour {
    path: &'static str,
    certificate: ServerCertificate,
    /// What a call may end with because of it, beside MOMO_TIMED_OUT.
    explains: &'static [momo_status],
}

const fn path(path: &'static str, explains: &'static [momo_status]) -> Behaviour {
    Behaviour {
        path,
        certificate: ServerCertificate::Valid,
        explains,
    }
}

const fn certificate(certificate: ServerCertificate) -> Behaviour {
    Behaviour {
        path: "",
        certificate,
        explains: &[MOMO_TLS_FAILED],
    }
}

const GOOD: Behaviour = path("", &[]);

/// Those that end a call soon and differently come first: a short test has no more.
#[rustfmt::skip]
const BEHAVIOURS: &[Behaviour] = &[
    path("/delay-300", &[]),
    path("/stall", &[]),
    path("/reset", &[MOMO_CONNECTION_LOST]),
    path("/500", &[MOMO_SERVER_ERROR]),
    path("/429-retry-after-1", &[MOMO_RATE_LIMITED]),
    path("/truncated", &[MOMO_CONNECTION_LOST]),
    certificate(ServerCertificate::Expired),
    path("/echo", &[MOMO_SERVER_ERROR]),
    path("/500-login-failed", &[MOMO_UNAUTHORIZED]),
    path("/expires-in-zero", &[]),
    path("/drip", &[]),
    path("/close", &[MOMO_CONNECTION_LOST]),
    path("/503-retry-after-1", &[MOMO_SERVER_ERROR]),
    path("/token-cut-at-300-200", &[MOMO_INVALID_RESPONSE]),
    path("/hold-900", &[]),
    path("/401-azure", &[MOMO_SUBSCRIPTION_KEY_REFUSED]),
    certificate(ServerCertificate::UnknownAuthority),
    path("/oversize-endless", &[MOMO_INVALID_RESPONSE]),
    path("/close-after-40-bytes", &[MOMO_CONNECTION_LOST]),
    path("/html-403", &[MOMO_FORBIDDEN]),
    path("/slow-headers", &[]),
    path("/404", &[MOMO_UNEXPECTED_STATUS]),
    path("/delay-900", &[]),
    path("/echo-401", &[MOMO_UNAUTHORIZED]),
    path("/no-response-on-reuse", &[MOMO_CONNECTION_LOST]),
    path("/502", &[MOMO_SERVER_ERROR]),
    path("/truncated-chunked", &[MOMO_CONNECTION_LOST]),
    certificate(ServerCertificate::OtherName),
    path("/unknown-members/no-token-type", &[]),
    path("/html-200", &[MOMO_FORBIDDEN]),
    path("/close-without-notify", &[MOMO_CONNECTION_LOST]),
    path("/302", &[MOMO_UNEXPECTED_STATUS]),
    path("/endless-headers", &[MOMO_INVALID_RESPONSE]),
    path("/expires-in-missing", &[]),
    path("/500-not-allowed", &[MOMO_FORBIDDEN]),
    path("/echo-200", &[MOMO_INVALID_RESPONSE]),
    path("/token-bad-chars", &[MOMO_INVALID_RESPONSE]),
    certificate(ServerCertificate::NotYetValid),
    path("/503-times-2", &[MOMO_SERVER_ERROR]),
    path("/endless-100", &[MOMO_INVALID_RESPONSE]),
    path("/echo-302", &[MOMO_UNEXPECTED_STATUS]),
    path("/connection-close", &[]),
];

/// For as long as this after a failure came it is given back; then a request is made.
const LONGEST_COOLDOWN: Duration = Duration::from_secs(6);

/// Calls with little time end with the first; the second follows if a token is invalidated soon
/// after another.
const ALWAYS: &[momo_status] = &[MOMO_TIMED_OUT, MOMO_UNAUTHORIZED];

struct Phase {
    from: Nanoseconds,
    /// None while it goes on.
    to: Option<Nanoseconds>,
    explains: &'static [momo_status],
}

/// It goes on where the last run ended, so that a short run of each cache meets other behaviours.
#[derive(Default)]
pub(crate) struct Schedule {
    next: usize,
    certificate: ServerCertificate,
    phases: Vec<Phase>,
}

impl Schedule {
    /// Every second behaviour is a good one, or there would be no tokens.
    pub(crate) fn advance(&mut self, gateway: &Gateway) {
        let bad = &BEHAVIOURS[self.next / 2 % BEHAVIOURS.len()];
        let is_bad = self.next % 2 == 1;
        self.next += 1;
        self.set(gateway, if is_bad { bad } else { &GOOD });
    }

    pub(crate) fn calm(&mut self, gateway: &Gateway) {
        self.set(gateway, &GOOD);
    }

    fn set(&mut self, gateway: &Gateway, behaviour: &Behaviour) {
        // The new one begins before the change and the former ends after it: a request that meets
        // either is explained.
        let from = Nanoseconds::now();
        gateway.set_behaviour(behaviour.path);
        if self.certificate != behaviour.certificate {
            gateway.set_certificate(behaviour.certificate).unwrap();
            self.certificate = behaviour.certificate;
        }
        for phase in &mut self.phases {
            phase.to.get_or_insert_with(Nanoseconds::now);
        }
        self.phases.push(Phase {
            from,
            to: None,
            explains: behaviour.explains,
        });
    }

    /// Something else explains these failures for a while.
    pub(crate) fn expect(&mut self, explains: &'static [momo_status], time: Duration) {
        let from = Nanoseconds::now();
        self.phases.push(Phase {
            from,
            to: Some(from + time),
            explains,
        });
    }

    /// Whether a call that began and ended then may have ended so.
    pub(crate) fn explains(&self, status: i32, from: Nanoseconds, to: Nanoseconds) -> bool {
        let is_among = |all: &[momo_status]| all.iter().any(|s| *s as i32 == status);
        let was_on = |phase: &Phase| {
            phase.from <= to && phase.to.is_none_or(|end| end + LONGEST_COOLDOWN >= from)
        };
        let mut phases = self.phases.iter();
        is_among(ALWAYS) || phases.any(|phase| was_on(phase) && is_among(phase.explains))
    }
}
