//! What the gateway does at which time, and which failures that explains.

use std::time::Duration;

use momo::ffi::momo_status::{self, *};
use momo_mock_gateway::{Gateway, ServerCertificate};

use super::child::monotonic;

/// A path of the mock gateway, or the name of a certificate; and what a call may end with because of
/// it, beside MOMO_TIMED_OUT.
type Behaviour = (&'static str, &'static [momo_status]);

const GOOD: Behaviour = ("", &[]);

fn certificate(behaviour: &str) -> ServerCertificate {
    match behaviour {
        "expired" => ServerCertificate::Expired,
        "unknown authority" => ServerCertificate::UnknownAuthority,
        "other name" => ServerCertificate::OtherName,
        "not yet valid" => ServerCertificate::NotYetValid,
        _ => ServerCertificate::Valid,
    }
}

/// Those that end a call soon and differently come first: a short test has no more.
#[rustfmt::skip]
const BEHAVIOURS: &[Behaviour] = &[
    ("/delay-300", &[]),
    ("/stall", &[]),
    ("/reset", &[MOMO_CONNECTION_LOST]),
    ("/500", &[MOMO_SERVER_ERROR]),
    ("/429-retry-after-1", &[MOMO_RATE_LIMITED]),
    ("/truncated", &[MOMO_CONNECTION_LOST]),
    ("expired", &[MOMO_TLS_FAILED]),
    ("/echo", &[MOMO_SERVER_ERROR]),
    ("/500-login-failed", &[MOMO_UNAUTHORIZED]),
    ("/expires-in-zero", &[]),
    ("/drip", &[]),
    ("/close", &[MOMO_CONNECTION_LOST]),
    ("/503-retry-after-1", &[MOMO_SERVER_ERROR]),
    ("/token-cut-at-300-200", &[MOMO_INVALID_RESPONSE]),
    ("/hold-900", &[]),
    ("/401-azure", &[MOMO_SUBSCRIPTION_KEY_REFUSED]),
    ("unknown authority", &[MOMO_TLS_FAILED]),
    ("/oversize-endless", &[MOMO_INVALID_RESPONSE]),
    ("/close-after-40-bytes", &[MOMO_CONNECTION_LOST]),
    ("/html-403", &[MOMO_FORBIDDEN]),
    ("/slow-headers", &[]),
    ("/404", &[MOMO_UNEXPECTED_STATUS]),
    ("/delay-900", &[]),
    ("/echo-401", &[MOMO_UNAUTHORIZED]),
    ("/no-response-on-reuse", &[MOMO_CONNECTION_LOST]),
    ("/502", &[MOMO_SERVER_ERROR]),
    ("/truncated-chunked", &[MOMO_CONNECTION_LOST]),
    ("other name", &[MOMO_TLS_FAILED]),
    ("/unknown-members/no-token-type", &[]),
    ("/html-200", &[MOMO_FORBIDDEN]),
    ("/close-without-notify", &[MOMO_CONNECTION_LOST]),
    ("/302", &[MOMO_UNEXPECTED_STATUS]),
    ("/endless-headers", &[MOMO_INVALID_RESPONSE]),
    ("/expires-in-missing", &[]),
    ("/500-not-allowed", &[MOMO_FORBIDDEN]),
    ("/echo-200", &[MOMO_INVALID_RESPONSE]),
    ("/token-bad-chars", &[MOMO_INVALID_RESPONSE]),
    ("not yet valid", &[MOMO_TLS_FAILED]),
    ("/503-times-2", &[MOMO_SERVER_ERROR]),
    ("/endless-100", &[MOMO_INVALID_RESPONSE]),
    ("/echo-302", &[MOMO_UNEXPECTED_STATUS]),
    ("/connection-close", &[]),
];

/// For as long as this after a failure came it is given back; then a request is made.
const LONGEST_COOLDOWN: Duration = Duration::from_secs(6);

/// Calls with little time end with the first; the second follows if a token is invalidated soon
/// after another.
const ALWAYS: &[momo_status] = &[MOMO_TIMED_OUT, MOMO_UNAUTHORIZED];

struct Phase {
    from: Duration,
    /// None while it goes on.
    to: Option<Duration>,
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
        let bad = BEHAVIOURS[self.next / 2 % BEHAVIOURS.len()];
        let is_bad = self.next % 2 == 1;
        self.next += 1;
        self.set(gateway, if is_bad { bad } else { GOOD });
    }

    pub(crate) fn calm(&mut self, gateway: &Gateway) {
        self.set(gateway, GOOD);
    }

    fn set(&mut self, gateway: &Gateway, (behaviour, explains): Behaviour) {
        // The new one begins before the change and the former ends after it: a request that meets
        // either is explained.
        let from = monotonic();
        let (path, certificate) = match certificate(behaviour) {
            ServerCertificate::Valid => (behaviour, ServerCertificate::Valid),
            bad => ("", bad),
        };
        gateway.set_behaviour(path);
        if self.certificate != certificate {
            gateway.set_certificate(certificate).unwrap();
            self.certificate = certificate;
        }
        for phase in &mut self.phases {
            phase.to.get_or_insert_with(monotonic);
        }
        self.phases.push(Phase {
            from,
            to: None,
            explains,
        });
    }

    /// Something else explains these failures for a while.
    pub(crate) fn expect(&mut self, explains: &'static [momo_status], time: Duration) {
        let from = monotonic();
        self.phases.push(Phase {
            from,
            to: Some(from + time),
            explains,
        });
    }

    /// Whether a call that began and ended then may have ended so.
    pub(crate) fn explains(&self, status: i32, from: Duration, to: Duration) -> bool {
        let is_among = |all: &[momo_status]| all.iter().any(|s| *s as i32 == status);
        let was_on = |phase: &Phase| {
            phase.from <= to && phase.to.is_none_or(|end| end + LONGEST_COOLDOWN >= from)
        };
        let mut phases = self.phases.iter();
        is_among(ALWAYS) || phases.any(|phase| was_on(phase) && is_among(phase.explains))
    }
}
