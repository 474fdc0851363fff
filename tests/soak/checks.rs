//! What the soak test checks, and what was found.

use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Check {
    Tokens,
    Refused,
    Time,
    AtHand,
    Statuses,
    Secrets,
    Credentials,
    Recovery,
    Growth,
    Processes,
    Activity,
}

pub(crate) const CHECKS: [(Check, &str); 11] = {
    use Check::*;
    [
        (
            Tokens,
            "each token was issued by the gateway and had not expired",
        ),
        (Refused, "no token is given again that was invalidated"),
        (Time, "each call ends within its time"),
        (
            AtHand,
            "no call waits or fails while a valid token is at hand",
        ),
        (Statuses, "each failure has a misbehaviour that explains it"),
        (Secrets, "no secret is in an error or a line of the log"),
        (
            Credentials,
            "each request has a user and a key that belong together",
        ),
        (
            Recovery,
            "each client has a token again once the gateway is good",
        ),
        (
            Growth,
            "memory, threads and descriptors are what they were at first",
        ),
        (Processes, "each process answers, and ends in order"),
        (Activity, "calls of every kind succeeded and failed"),
    ]
};

/// More of a kind say nothing new.
const SHOWN: usize = 5;

/// What each check has found.
#[derive(Default)]
pub(crate) struct Findings(BTreeMap<Check, Vec<String>>);

impl Findings {
    pub(crate) fn add(&mut self, check: Check, text: impl Into<String>) {
        self.0.entry(check).or_default().push(text.into());
    }

    /// By the name that a worker has for the check.
    pub(crate) fn add_fault(&mut self, name: &str, text: &str) {
        let check = match name {
            "refused" => Check::Refused,
            "time" => Check::Time,
            "at-hand" => Check::AtHand,
            "secrets" => Check::Secrets,
            "recovery" => Check::Recovery,
            _ => Check::Statuses,
        };
        self.add(check, text);
    }

    pub(crate) fn has(&self, check: Check) -> bool {
        self.0.contains_key(&check)
    }

    /// How many checks have found nothing.
    pub(crate) fn passed(&self) -> usize {
        CHECKS.len() - self.0.len()
    }

    /// How many have found something.
    pub(crate) fn failed(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn print(&self, cache: &str) {
        for (check, sentence) in CHECKS {
            let Some(found) = self.0.get(&check) else {
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
    }
}
