//! One cache: workers, a gateway that misbehaves, and what came of it.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use momo_mock_gateway::Gateway;

use super::checks::{Check, Findings};
use super::child::{Scratch, without_options};
use super::figures::{Figures, Told};
use super::keys::{self, Keys};
use super::ledger::Ledger;
use super::redis_server::RedisServer;
use super::schedule::Schedule;
use super::workers::{Line, Workers};

/// Of the tokens: stale after 3.5 to 3.75 s, expired after 4.75 s.
pub(crate) const LIFETIME: Duration = Duration::from_secs(5);

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
    pub(crate) program: PathBuf,
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

/// Where the processes share tokens.
enum Place {
    Nowhere,
    Directory(Scratch),
    Redis(RedisServer),
}

pub(crate) struct Run<'a> {
    plan: Plan,
    schedule: &'a mut Schedule,
    gateway: Gateway,
    keys: Keys,
    place: Place,
    workers: Workers,
    ledger: Ledger,
    told: Told,
    findings: Findings,
}

impl<'a> Run<'a> {
    pub(crate) fn of(plan: Plan, schedule: &'a mut Schedule) -> (Figures, Findings) {
        let mut run = Self::start(plan, schedule);
        for _ in 0..run.plan.rounds {
            run.round();
        }
        run.end()
    }

    fn start(plan: Plan, schedule: &'a mut Schedule) -> Self {
        let gateway = Gateway::builder().plain(false).start().unwrap();
        gateway.set_lifetime(LIFETIME);
        let keys = Keys::new(&gateway);
        let place = match plan.cache {
            "file" => Place::Directory(Scratch::in_memory()),
            "redis" => Place::Redis(RedisServer::start()),
            _ => Place::Nowhere,
        };
        let commands =
            (0..plan.processes).map(|number| command(number, &plan, &gateway, &keys, &place));
        Self {
            workers: Workers::start(commands.collect()),
            ledger: Ledger::new(),
            told: Told::new(plan.processes),
            findings: Findings::default(),
            plan,
            schedule,
            gateway,
            keys,
            place,
        }
    }

    fn round(&mut self) {
        self.told.begin_round();
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
                self.stop_the_place();
            }
            self.listen(next.min(end));
        }
        self.schedule.calm(&self.gateway);
        self.workers.command("stop");
        let patience = Instant::now() + self.plan.patience;
        while !self.told.is_round_over() && Instant::now() < patience {
            self.listen(Instant::now() + Duration::from_millis(100));
        }
        for number in self.told.silent() {
            let seconds = self.plan.patience.as_secs();
            let text = format!("worker {number} has not answered for {seconds} s");
            self.findings.add(Check::Processes, text);
            self.workers.abort(number);
        }
    }

    fn rotate(&mut self) {
        self.schedule.expect(keys::EXPLAINS, keys::EXPLAINED_FOR);
        let is_gateway_first = self.keys.advance();
        if is_gateway_first {
            self.keys.tell(&self.gateway);
            self.listen(Instant::now() + MOMENT);
            self.keys.write();
        } else {
            self.keys.write();
            self.listen(Instant::now() + MOMENT);
            self.keys.tell(&self.gateway);
        }
    }

    fn stop_the_place(&mut self) {
        if let Place::Redis(server) = &self.place {
            server.signal(libc::SIGSTOP);
            self.listen(Instant::now() + OUTAGE);
        }
        if let Place::Redis(server) = &self.place {
            server.signal(libc::SIGCONT);
        }
    }

    fn listen(&mut self, until: Instant) {
        while let Some((number, line)) = self.workers.line(until) {
            self.hear(number, line);
        }
        self.ledger.read(&self.gateway);
    }

    fn hear(&mut self, number: usize, line: Line) {
        let said = |text: &str| format!("worker {number}: {text}");
        match line {
            Line::Token { fingerprint, at } => {
                let complaint = self.ledger.complaint(&self.gateway, fingerprint, at);
                if let Some(text) = complaint {
                    self.findings.add(Check::Tokens, said(&text));
                }
            }
            Line::Failure {
                status,
                from,
                to,
                message,
            } => {
                if !self.schedule.explains(status, from, to) {
                    let text = said(&format!("status {status}: {message}"));
                    self.findings.add(Check::Statuses, text);
                }
            }
            Line::Fault { check, text } => self.findings.add_fault(&check, &said(&text)),
            Line::Other(text) => self.findings.add(Check::Processes, said(&text)),
            Line::Counts(counts) => self.told.counted(number, counts),
            Line::Settled(settled) => self.told.settled(number, settled),
            Line::Ended => self.told.ended(number),
        }
    }

    fn end(mut self) -> (Figures, Findings) {
        for (number, status) in self.workers.end(self.plan.patience).into_iter().enumerate() {
            match status {
                Some(status) if status.success() => {}
                Some(status) => {
                    let text = format!("worker {number} ended with {status}");
                    self.findings.add(Check::Processes, text);
                }
                None => {
                    let text = format!("worker {number} has not ended");
                    self.findings.add(Check::Processes, text);
                }
            }
        }
        self.ledger.read(&self.gateway);
        for stranger in self.ledger.strangers {
            self.findings.add(Check::Credentials, stranger);
        }
        let figures = Figures {
            time: self.plan.round * self.plan.rounds,
            requests: self.ledger.requests,
            told: self.told,
        };
        let keeps_a_connection = matches!(self.place, Place::Redis(_));
        figures.check(keeps_a_connection, &mut self.findings);
        (figures, self.findings)
    }
}

fn command(number: usize, plan: &Plan, gateway: &Gateway, keys: &Keys, place: &Place) -> Command {
    let mut command = Command::new(&plan.program);
    command
        .arg(number.to_string())
        .arg(plan.threads.to_string());
    command
        .arg(plan.pause.as_millis().to_string())
        .arg(keys.secrets());
    without_options(&mut command);
    let cache = match place {
        Place::Nowhere => plan.cache.to_owned(),
        Place::Directory(scratch) => format!("file:{}", scratch.path("tokens").display()),
        Place::Redis(server) => server.url(),
    };
    command
        // What threads keep for themselves of freed memory would count as used.
        .env("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0")
        .env("MOMO_BASE_URL", gateway.base_url())
        .env("MOMO_CA", gateway.ca_path())
        .env("MOMO_PROXY", "none")
        .env("MOMO_CACHE", cache)
        .envs(keys.options())
        .envs(plan.environment.iter().map(|(name, value)| (name, value)));
    command
}
