//! A caller of a unit test's own, of a [`TestPeer`].

use std::sync::Arc;
use std::time::Duration;

use super::test_peer::{Reply, TestPeer};
use super::{Authentication, Failure, IssuedToken, TokenRequest, Transport};
use crate::config::Settings;
use crate::test_settings::{credentials_of, settings_with};
use crate::{CallLog, Cancellation, Deadline, Progress, Stats};

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
    peer: Option<TestPeer>,
}

impl Caller {
    /// Of a peer that replies like this.
    pub(super) fn of(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::of_peer(replies, &[])
    }

    pub(super) fn of_peer(
        replies: impl IntoIterator<Item = Reply>,
        options: &[(&str, &str)],
    ) -> Self {
        let peer = TestPeer::start(replies);
        let mut caller = Self::at(peer.port, options);
        caller.peer = Some(peer);
        caller
    }

    pub(super) fn at(port: u16, options: &[(&str, &str)]) -> Self {
        let base_url = ("base_url", &*format!("http://127.0.0.1:{port}"));
        Self::with(&[&[base_url], options].concat())
    }

    pub(super) fn with(options: &[(&str, &str)]) -> Self {
        let secondary = ("secondary_subscription_key", "the-secondary-key");
        let settings = settings_with(&[&[secondary], options].concat());
        let cancellation = Arc::new(Cancellation::default());
        Self {
            authentication: Authentication::new(&settings, credentials_of(&settings)),
            transport: Transport::new(&settings).unwrap(),
            settings,
            cancellation,
            stats: Stats::default(),
            attempts: 3,
            time: Duration::from_secs(20),
            keep_connection: true,
            key: 0,
            peer: None,
        }
    }

    /// It makes a single attempt.
    pub(super) fn once(mut self) -> Self {
        self.attempts = 1;
        self
    }

    /// The heads of all requests that the peer was sent. Waits for the last.
    pub(super) fn requests(&mut self) -> Vec<String> {
        self.peer.take().unwrap().requests()
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

pub(super) fn access(outcome: Result<IssuedToken, Failure>) -> String {
    String::from_utf8(outcome.ok().unwrap().token.access().to_vec()).unwrap()
}

pub(super) fn error(outcome: Result<IssuedToken, Failure>) -> Failure {
    outcome.err().unwrap()
}
