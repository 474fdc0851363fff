//! What the gateway has issued and was asked, next to what the workers were given.

use std::collections::{BTreeSet, HashMap};

use momo_mock_gateway::Gateway;

use super::clock::Nanoseconds;
use super::keys;

pub(crate) struct Ledger {
    /// By its fingerprint, when a token expires.
    issued: HashMap<u64, Nanoseconds>,
    authorizations: BTreeSet<String>,
    pub(crate) requests: Requests,
    /// Requests that must not have been sent.
    pub(crate) strangers: Vec<String>,
}

#[derive(Clone, Copy, Default)]
pub(crate) struct Requests {
    pub(crate) of_get_token: i64,
    pub(crate) of_create_token: i64,
    pub(crate) tokens_issued: i64,
}

/// FNV-1a, as the workers have it.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self {
            issued: HashMap::new(),
            authorizations: keys::authorizations(),
            requests: Requests::default(),
            strangers: Vec::new(),
        }
    }

    /// Takes what the gateway has recorded.
    pub(crate) fn read(&mut self, gateway: &Gateway) {
        for issued in gateway.take_issued() {
            let end = Nanoseconds::of(issued.issued_at) + issued.lifetime;
            self.issued.insert(fingerprint(&issued.token), end);
            self.requests.tokens_issued += 1;
        }
        for request in gateway.take_requests() {
            let agent = request.header("user-agent").unwrap_or_default();
            if agent.contains("-create ") {
                self.requests.of_create_token += 1;
            } else {
                self.requests.of_get_token += 1;
            }
            let sent = request.header("authorization").unwrap_or_default();
            if !self.authorizations.contains(sent) {
                self.strangers.push(format!("{agent}: {sent}"));
            }
        }
    }

    /// What is wrong with a token that a call was given which began then.
    pub(crate) fn complaint(
        &mut self,
        gateway: &Gateway,
        fingerprint: u64,
        at: Nanoseconds,
    ) -> Option<String> {
        if !self.issued.contains_key(&fingerprint) {
            self.read(gateway);
        }
        match self.issued.get(&fingerprint) {
            None => Some("the gateway has issued no such token".to_owned()),
            Some(end) if *end < at => {
                let late = (at.0 - end.0) / 1_000_000;
                Some(format!("the token had expired {late} ms before"))
            }
            Some(_) => None,
        }
    }
}
