//! A caller of a unit test's own, of a [`TestPeer`](super::test_peer::TestPeer).

use std::sync::Arc;
use std::time::Duration;

use super::{Authentication, Failure, IssuedToken, TokenRequest, Transport};
use crate::cancellation::Cancellation;
use crate::config::Settings;
use crate::deadline::Deadline;
use crate::log::CallLog;
use crate::net::progress::Progress;
use crate::stats::Stats;

/// As many connections as a client keeps.
pub(super) const KEPT: usize = 3;

/// Asks with two subscription keys.
pub(super) struct Caller {
    pub(super) settings: Settings,
    pub(super) authentication: Authentication,
    pub(super) transport: Transport,
    pub(super) cancellation: Arc<Cancellation>,
    pub(super) stats: Stats,
    pub(super) attempts: u32,
    pub(super) time: Duration,
    pub(super) keep_connection: bool,
    pub(super) key: usize,
}

impl Caller {
    pub(super) fn of(port: u16) -> Self {
        Self::with(&[("base_url", &format!("http://127.0.0.1:{port}"))])
    }

    pub(super) fn with(options: &[(&str, &str)]) -> Self {
        let credentials = [
            ("api_user", "f7a0b9c2-5d1e-4a3b-8c6d-0e1f2a3b4c5d"),
            ("api_key", "an-api-key"),
            ("subscription_key", "the-primary-key"),
            ("secondary_subscription_key", "the-secondary-key"),
            ("proxy", "none"),
        ];
        let settings = Settings::of_options(&[&credentials, options].concat()).unwrap();
        let (credentials, _) = settings.credentials.read(true).unwrap();
        let cancellation = Arc::new(Cancellation::new());
        Self {
            authentication: Authentication::new(&settings, credentials),
            transport: Transport::new(&settings).unwrap(),
            settings,
            cancellation,
            stats: Stats::default(),
            attempts: 3,
            time: Duration::from_secs(20),
            keep_connection: true,
            key: 0,
        }
    }

    pub(super) fn send(&self) -> Result<IssuedToken, Failure> {
        self.send_with_log(&mut CallLog::complete())
    }

    pub(super) fn send_with_log(&self, log: &mut CallLog) -> Result<IssuedToken, Failure> {
        TokenRequest {
            settings: &self.settings,
            authentication: &self.authentication,
            transport: &self.transport,
            deadline: Deadline::after(self.time),
            attempts: self.attempts,
            keep_connection: self.keep_connection,
            key: self.key,
            cancellation: &self.cancellation,
            progress: &Arc::new(Progress::begin()),
            stats: &self.stats,
            log,
        }
        .send()
    }
}

pub(super) fn error(outcome: Result<IssuedToken, Failure>) -> Failure {
    outcome.err().unwrap()
}
