//! One cache: workers, a gateway that misbehaves, and what came of it.

use std::process::Command;
use std::time::{Duration, Instant};

use momo_mock_gateway::Gateway;

use super::checks::Findings;
use super::child::without_options;
use super::figures::{Numbers, check_activity, check_growth, together};
use super::host::{Link, compile};
use super::issued::Issued;
use super::keys::{self, Keys};
use super::redis_server::RedisServer;
use super::schedule::Schedule;
use super::workers::{Line, Workers};

/// Of the tokens: stale after 3.5 to 3.75 s, expired after 4.75 s.
const LIFETIME: Duration = Duration::from_secs(5);

/// How long the gateway behaves in one way, and for how many of these times one pair of
/// credentials is in use.
const BEHAVIOUR: Duration = Duration::from_secs(1);
const ROTATION: u64 = 5;

/// Between the change of credentials at the gateway and in the files.
const MOMENT: Duration = Duration::from_millis(200);

/// How often a Redis server does not answer for a while, which is longer than a call waits for it.
const OUTAGE_EVERY: u64 = 7;
const OUTAGE: Duration = Duration::from_millis(400);

pub(crate) struct Plan {
    pub(crate) cache: &'static str,
    pub(crate) processes: usize,
    pub(crate) threads: usize,
    /// Between two calls of a thread, on average.
    pub(crate) pause: Duration,
    /// Clients are made, used and freed so often, for so long each time.
    pub(crate) rounds: u32,
    pub(crate) round: Duration,
    /// How long a process may take to answer.
    pub(crate) patience: Duration,
    /// More of the workers' environment.
    pub(crate) environment: Vec<(&'static str, String)>,
}

pub(crate) struct Run<'a> {
    plan: Plan,
    schedule: &'a mut Schedule,
    gateway: Gateway,
    keys: Keys,
    redis: Option<RedisServer>,
    workers: Workers,
    issued: Issued,
    /// What each worker told at the end of each round.
    rounds: Vec<Vec<Numbers>>,
    has_ended: Vec<bool>,
    findings: Findings,
}

impl<'a> Run<'a> {
    pub(crate) fn of(plan: Plan, schedule: &'a mut Schedule) -> (Numbers, Findings) {
        let mut run = Self::start(plan, schedule);
        for round in 1..=run.plan.rounds {
            run.round(round as usize);
        }
        run.end()
    }

    fn start(plan: Plan, schedule: &'a mut Schedule) -> Self {
        let gateway = Gateway::builder().plain(false).start().unwrap();
        gateway.set_lifetime(LIFETIME);
        let keys = Keys::new(&gateway);
        let redis = (plan.cache == "redis").then(RedisServer::start);
        let cache = match (plan.cache, &redis) {
            (_, Some(server)) => server.url(),
            ("file", _) => format!("file:{}", keys.path("tokens").display()),
            (cache, _) => cache.to_owned(),
        };
        let commands = (0..plan.processes).map(|number| {
            let mut command = Command::new(compile("soak.c", Link::Shared));
            for number in [number, plan.threads, plan.pause.as_millis() as usize] {
                command.arg(number.to_string());
            }
            command.arg(keys.path("secrets"));
            without_options(&mut command)
                // What threads keep for themselves of freed memory would count as used.
                .env("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0")
                .env("MOMO_BASE_URL", gateway.base_url())
                .env("MOMO_CA", gateway.ca_path())
                .env("MOMO_PROXY", "none")
                .env("MOMO_CACHE", &cache)
                .envs(keys.environment())
                .envs(plan.environment.iter().map(|(name, value)| (name, value)));
            command
        });
        Self {
            workers: Workers::start(commands),
            issued: Issued::new(),
            rounds: vec![Vec::new(); plan.processes],
            has_ended: vec![false; plan.processes],
            findings: Findings::default(),
            plan,
            schedule,
            gateway,
            keys,
            redis,
        }
    }

    fn round(&mut self, round: usize) {
        self.workers.command("run");
        let end = Instant::now() + self.plan.round;
        let mut turn = 0;
        while Instant::now() < end {
            let next = Instant::now() + BEHAVIOUR;
            self.schedule.advance(&self.gateway);
            turn += 1;
            if turn % ROTATION == 0 {
                self.rotate();
            }
            if turn % OUTAGE_EVERY == 0 {
                self.stop_redis();
            }
            self.listen(next.min(end));
        }
        self.schedule.calm(&self.gateway);
        self.workers.command("stop");
        let patience = Instant::now() + self.plan.patience;
        while !self.silent(round).is_empty() && Instant::now() < patience {
            self.listen(Instant::now() + Duration::from_millis(100));
        }
        for number in self.silent(round) {
            let text = format!(
                "worker {number} has not answered for {:?}",
                self.plan.patience
            );
            self.findings.add("processes", text);
            self.workers.abort(number);
        }
    }

    /// Those of which something is still to come in this round.
    fn silent(&self, round: usize) -> Vec<usize> {
        let is_silent = |n: &usize| self.rounds[*n].len() < round && !self.has_ended[*n];
        (0..self.plan.processes).filter(is_silent).collect()
    }

    fn rotate(&mut self) {
        self.schedule.expect(keys::EXPLAINS, keys::EXPLAINED_FOR);
        let is_gateway_first = self.keys.advance();
        for is_gateway_s_turn in [is_gateway_first, !is_gateway_first] {
            if is_gateway_s_turn {
                self.keys.tell(&self.gateway);
            } else {
                self.keys.write();
            }
            self.listen(Instant::now() + MOMENT);
        }
    }

    fn stop_redis(&mut self) {
        if let Some(server) = self.redis.take() {
            server.signal(libc::SIGSTOP);
            self.listen(Instant::now() + OUTAGE);
            server.signal(libc::SIGCONT);
            self.redis = Some(server);
        }
    }

    fn listen(&mut self, until: Instant) {
        while let Some((number, line)) = self.workers.line(until) {
            self.hear(number, line);
        }
        self.issued.read(&self.gateway, &mut self.findings);
    }

    fn hear(&mut self, number: usize, line: Line) {
        let said = |text: &str| format!("worker {number}: {text}");
        match line {
            Line::Token(fingerprint, at) => {
                if !self.issued.has(fingerprint) {
                    self.issued.read(&self.gateway, &mut self.findings);
                }
                if let Some(text) = self.issued.complaint(fingerprint, at) {
                    self.findings.add("tokens", said(&text));
                }
            }
            Line::Failure {
                status,
                from,
                to,
                message,
            } => {
                if !self.schedule.explains(status, from, to) {
                    let text = format!("status {status}: {message}");
                    self.findings.add("statuses", said(&text));
                }
            }
            Line::Fault(check, text) => self.findings.add(&check, said(&text)),
            Line::Other(text) => self.findings.add("processes", said(&text)),
            Line::Round(numbers) => self.rounds[number].push(numbers),
            Line::Ended => self.has_ended[number] = true,
        }
    }

    fn end(mut self) -> (Numbers, Findings) {
        for (number, status) in self.workers.end(self.plan.patience).into_iter().enumerate() {
            if !status.is_some_and(|status| status.success()) {
                let text = format!("worker {number} ended with {status:?}");
                self.findings.add("processes", text);
            }
        }
        self.issued.read(&self.gateway, &mut self.findings);
        let connections = i64::from(self.redis.is_some());
        check_growth(&self.rounds, connections, &mut self.findings);
        let mut numbers = together(&self.rounds);
        numbers.append(&mut self.issued.counts);
        check_activity(&numbers, &mut self.findings);
        (numbers, self.findings)
    }
}
