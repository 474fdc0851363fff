//! Processes that share a token, and what they got.
#![allow(unreachable_pub)]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use momo_mock_gateway::Gateway;
use serde_json::Value;

use crate::artifacts::at_gateway;
use crate::child::monotonic;
use crate::host::{Link, compile};

/// The arguments of share.c for a single call, at once.
pub const ONE_CALL: &[&str] = &["0", "0", "0", "-1"];

/// What the processes of a test have in common.
#[derive(Clone)]
pub struct Setting<'a> {
    pub program: PathBuf,
    pub gateway: &'a Gateway,
    pub behaviour: String,
    pub cache: String,
    pub options: Vec<(&'static str, String)>,
    /// A program that starts each of them.
    pub wrapper: Vec<String>,
}

impl<'a> Setting<'a> {
    pub fn new(gateway: &'a Gateway, behaviour: &str, cache: &str) -> Self {
        Self::of("share.c", gateway, behaviour, cache)
    }

    pub fn of(source: &str, gateway: &'a Gateway, behaviour: &str, cache: &str) -> Self {
        Self {
            program: compile(source, Link::Shared),
            gateway,
            behaviour: behaviour.to_owned(),
            cache: cache.to_owned(),
            options: Vec::new(),
            wrapper: Vec::new(),
        }
    }

    /// The same, started by another program.
    pub fn under<S: AsRef<str>>(&self, words: &[S]) -> Self {
        let words = words.iter().map(|word| word.as_ref().to_owned());
        Self {
            wrapper: words.chain(self.wrapper.clone()).collect(),
            ..self.clone()
        }
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut all = self.wrapper.iter().map(String::as_str).collect::<Vec<_>>();
        all.push(self.program.to_str().unwrap());
        all.extend(words);
        let base_url = self.gateway.base_url_ip() + &self.behaviour;
        let mut command = Command::new(all[0]);
        command.args(&all[1..]).stdin(Stdio::null());
        at_gateway(&mut command, self.gateway)
            .env("MOMO_BASE_URL", base_url)
            .env("MOMO_CACHE", &self.cache);
        for (name, value) in &self.options {
            command.env(format!("MOMO_{}", name.to_uppercase()), value);
        }
        command
    }

    fn spawn(&self, words: &[&str]) -> Child {
        let mut command = self.command(words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// One call of a new process.
    pub fn one(&self) -> Report {
        Report::of(self.spawn(ONE_CALL))
    }

    /// So many processes that begin at once.
    pub fn crowd(&self, count: usize, seconds: u32, pause_ms: u32, timeout_ms: i64) -> Crowd {
        // Enough for all of them to be there.
        let start = monotonic().as_millis() + 500 + 20 * count as u128;
        let words = format!("{start} {seconds} {pause_ms} {timeout_ms}");
        let words: Vec<_> = words.split(' ').collect();
        Crowd((0..count).map(|_| self.spawn(&words)).collect())
    }
}

pub struct Crowd(Vec<Child>);

impl Crowd {
    pub fn reports(self) -> Vec<Report> {
        self.0.into_iter().map(Report::of).collect()
    }
}

/// What a process printed.
#[derive(Clone, Debug)]
pub struct Report(pub Value);

impl Report {
    fn of(child: Child) -> Self {
        let done = child.wait_with_output().unwrap();
        let error = String::from_utf8_lossy(&done.stderr);
        let is_good = done.status.success() && error.is_empty();
        assert!(is_good, "{}: {error}", done.status);
        Self(serde_json::from_slice(&done.stdout).unwrap())
    }

    pub fn number(&self, name: &str) -> i64 {
        let number = self.0[name].as_i64();
        number.unwrap_or_else(|| panic!("no {name}: {}", self.0))
    }

    /// Why the last call that failed did so.
    pub fn why(&self) -> &str {
        self.0["why"].as_str().unwrap()
    }

    pub fn tokens(&self) -> Vec<String> {
        let tokens = self.0["tokens"].as_array().unwrap().iter();
        let texts = tokens.map(|t| t["text"].as_str().unwrap().to_owned());
        texts.collect()
    }
}

/// Every call of every process had a token, within its time.
pub fn assert_all_good(reports: &[Report]) {
    for report in reports {
        assert!(report.number("calls") > 0, "{report:?}");
        let bad = (report.number("failed"), report.number("late"));
        assert_eq!(bad, (0, 0), "{report:?}");
    }
}

pub fn all_tokens(reports: &[Report]) -> BTreeSet<String> {
    reports.iter().flat_map(Report::tokens).collect()
}
