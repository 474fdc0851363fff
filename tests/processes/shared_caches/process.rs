//! Processes that share a token, and what they got.
#![allow(unreachable_pub)]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use momo_mock_gateway::Gateway;
use serde_json::Value;

use crate::artifacts::at_gateway;
use crate::host::{Link, compile};

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
    pub fn new(test: &str, gateway: &'a Gateway, behaviour: &str, cache: &str) -> Self {
        Self {
            program: compile("share.c", Link::Shared, test),
            gateway,
            behaviour: behaviour.to_owned(),
            cache: cache.to_owned(),
            options: Vec::new(),
            wrapper: Vec::new(),
        }
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut all = self.wrapper.iter().map(String::as_str).collect::<Vec<_>>();
        all.push(self.program.to_str().unwrap());
        all.extend(words);
        let mut command = Command::new(all[0]);
        command.args(&all[1..]);
        at_gateway(&mut command, self.gateway)
            .env(
                "MOMO_BASE_URL",
                self.gateway.base_url_ip() + &self.behaviour,
            )
            .env("MOMO_CACHE", &self.cache);
        for (name, value) in &self.options {
            command.env(format!("MOMO_{}", name.to_uppercase()), value);
        }
        command.stdin(Stdio::null());
        command
    }

    fn spawn(&self, words: &[&str]) -> Child {
        let mut command = self.command(words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// One call of a new process.
    pub fn one(&self) -> Report {
        Report::of(self.spawn(&["0", "0", "0", "-1"]))
    }

    /// So many processes that begin at once.
    pub fn crowd(&self, count: usize, seconds: u32, pause_ms: u32, timeout_ms: i64) -> Crowd {
        // Enough for all of them to be there.
        let start = monotonic_ms() + 500 + 20 * u64::try_from(count).unwrap();
        let words = [
            start.to_string(),
            seconds.to_string(),
            pause_ms.to_string(),
            timeout_ms.to_string(),
        ];
        let words = words.each_ref().map(String::as_str);
        Crowd((0..count).map(|_| self.spawn(&words)).collect())
    }
}

pub struct Crowd(Vec<Child>);

impl Crowd {
    pub fn reports(self) -> Vec<Report> {
        self.0.into_iter().map(Report::of).collect()
    }
}

fn monotonic_ms() -> u64 {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: a valid timespec for the call to fill.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    u64::try_from(now.tv_sec * 1000 + now.tv_nsec / 1_000_000).unwrap()
}

/// What a process printed.
#[derive(Debug)]
pub struct Report(pub Value);

impl Report {
    fn of(child: Child) -> Self {
        let done = child.wait_with_output().unwrap();
        let error = String::from_utf8_lossy(&done.stderr);
        assert!(
            done.status.success() && error.is_empty(),
            "{}: {error}",
            done.status
        );
        Self(serde_json::from_slice(&done.stdout).unwrap())
    }

    pub fn number(&self, name: &str) -> i64 {
        self.0[name]
            .as_i64()
            .unwrap_or_else(|| panic!("no {name}: {}", self.0))
    }

    pub fn tokens(&self) -> Vec<String> {
        let tokens = self.0["tokens"].as_array().unwrap().iter();
        tokens
            .map(|t| t["text"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The one token that it got.
    pub fn token(&self) -> String {
        let tokens = self.tokens();
        assert_eq!(tokens.len(), 1, "{}", self.0);
        tokens[0].clone()
    }
}

/// Every call of every process had a token, within its time.
pub fn assert_all_good(reports: &[Report]) {
    for report in reports {
        assert!(report.number("calls") > 0, "{report:?}");
        assert_eq!(
            (report.number("failed"), report.number("late")),
            (0, 0),
            "{report:?}"
        );
    }
}

pub fn all_tokens(reports: &[Report]) -> BTreeSet<String> {
    reports.iter().flat_map(Report::tokens).collect()
}
