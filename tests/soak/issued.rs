//! What the gateway has issued and was asked.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use momo_mock_gateway::Gateway;

use super::checks::Findings;
use super::child::monotonic;
use super::figures::Numbers;
use super::keys;

pub(crate) struct Issued {
    /// By its fingerprint, when a token expires.
    ends: HashMap<u64, Duration>,
    authorizations: BTreeSet<String>,
    pub(crate) counts: Numbers,
}

/// FNV-1a, as the workers have it.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

impl Issued {
    pub(crate) fn new() -> Self {
        Self {
            ends: HashMap::new(),
            authorizations: keys::authorizations(),
            counts: Numbers::new(),
        }
    }

    fn count(&mut self, name: &str) {
        *self.counts.entry(name.to_owned()).or_default() += 1;
    }

    /// Takes what the gateway has recorded.
    pub(crate) fn read(&mut self, gateway: &Gateway, findings: &mut Findings) {
        for issued in gateway.take_issued() {
            let end = monotonic() - issued.issued_at.elapsed() + issued.lifetime;
            self.ends.insert(fingerprint(&issued.token), end);
            self.count("tokens_issued");
        }
        for request in gateway.take_requests() {
            let agent = request.header("user-agent").unwrap_or_default();
            let is_create = agent.contains("-create ");
            self.count(["requests_to_get", "requests_to_create"][usize::from(is_create)]);
            let sent = request.header("authorization").unwrap_or_default();
            if !self.authorizations.contains(sent) {
                findings.add("credentials", format!("{agent}: {sent}"));
            }
        }
    }

    /// What is wrong with a token that a call was given which began then.
    pub(crate) fn complaint(&self, fingerprint: u64, at: Duration) -> Option<String> {
        let Some(end) = self.ends.get(&fingerprint) else {
            return Some("the gateway has issued no such token".to_owned());
        };
        let late = at.checked_sub(*end)?;
        Some(format!("the token had expired {late:?} before"))
    }

    pub(crate) fn has(&self, fingerprint: u64) -> bool {
        self.ends.contains_key(&fingerprint)
    }
}
