//! What the soak test checks, and what was found.

use std::collections::BTreeMap;

/// By the names that workers have for them.
pub(crate) const CHECKS: [(&str, &str); 11] = [
    (
        "tokens",
        "each token was issued by the gateway and had not expired",
    ),
    ("refused", "no token is given again that was invalidated"),
    ("time", "each call ends within its time"),
    (
        "at-hand",
        "no call waits or fails while a valid token is at hand",
    ),
    (
        "statuses",
        "each failure has a misbehaviour that explains it",
    ),
    ("secrets", "no secret is in an error or a line of the log"),
    (
        "credentials",
        "each request has a user and a key that belong together",
    ),
    (
        "recovery",
        "each client has a token again once the gateway is good",
    ),
    (
        "growth",
        "memory, threads and descriptors are what they were at first",
    ),
    ("processes", "each process answers, and ends in order"),
    ("activity", "calls of every kind succeeded and failed"),
];

/// More of a kind say nothing new.
const SHOWN: usize = 5;

/// What each check has found.
#[derive(Default)]
pub(crate) struct Findings(BTreeMap<String, Vec<String>>);

impl Findings {
    pub(crate) fn add(&mut self, check: &str, text: impl Into<String>) {
        assert!(CHECKS.iter().any(|(name, _)| *name == check), "{check}");
        self.0
            .entry(check.to_owned())
            .or_default()
            .push(text.into());
    }

    pub(crate) fn has(&self, check: &str) -> bool {
        self.0.contains_key(check)
    }

    /// Gives how many checks have found something.
    pub(crate) fn print(&self, cache: &str) -> usize {
        for (check, sentence) in CHECKS {
            let Some(found) = self.0.get(check) else {
                continue;
            };
            println!("FAILED with cache {cache}: {sentence}");
            for text in found.iter().take(SHOWN) {
                println!("  {text}");
            }
            if found.len() > SHOWN {
                println!("  and {} more", found.len() - SHOWN);
            }
        }
        self.0.len()
    }
}
