//! The processes that use the library, and the lines in which they tell of it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::spawn;
use std::time::{Duration, Instant};

use super::clock::Nanoseconds;

/// What is left when everything is freed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settled {
    pub(crate) resident_kib: i64,
    pub(crate) heap_bytes: i64,
    pub(crate) threads: i64,
    pub(crate) descriptors: i64,
}

#[derive(Debug)]
pub(crate) enum Line {
    Token {
        fingerprint: u64,
        at: Nanoseconds,
    },
    Failure {
        status: i32,
        from: Nanoseconds,
        to: Nanoseconds,
        message: String,
    },
    Fault {
        check: String,
        text: String,
    },
    /// Of a status by its number.
    Counts(BTreeMap<String, i64>),
    Settled(Settled),
    /// Nothing that a worker in order says.
    Other(String),
    Ended,
}

fn parsed(line: &str) -> Option<Line> {
    let (word, rest) = line.split_once(' ')?;
    let mut numbers = rest.split(' ').map(str::parse::<i64>);
    let mut number = || numbers.next()?.ok();
    Some(match word {
        "token" => {
            let (fingerprint, at) = rest.split_once(' ')?;
            Line::Token {
                fingerprint: u64::from_str_radix(fingerprint, 16).ok()?,
                at: Nanoseconds(at.parse().ok()?),
            }
        }
        "failure" => Line::Failure {
            status: i32::try_from(number()?).ok()?,
            from: Nanoseconds(number()?),
            to: Nanoseconds(number()?),
            message: rest.splitn(4, ' ').nth(3)?.to_owned(),
        },
        "fault" => {
            let (check, text) = rest.split_once(' ')?;
            Line::Fault {
                check: check.to_owned(),
                text: text.to_owned(),
            }
        }
        "counts" => {
            let pairs = rest.split(' ').map(|pair| {
                let (name, value) = pair.split_once('=')?;
                Some((name.to_owned(), value.parse().ok()?))
            });
            Line::Counts(pairs.collect::<Option<_>>()?)
        }
        "settled" => Line::Settled(Settled {
            resident_kib: number()?,
            heap_bytes: number()?,
            threads: number()?,
            descriptors: number()?,
        }),
        _ => return None,
    })
}

pub(crate) struct Workers {
    processes: Vec<(Child, Option<ChildStdin>)>,
    lines: Receiver<(usize, Line)>,
}

impl Workers {
    pub(crate) fn start(commands: Vec<Command>) -> Self {
        let (sender, lines) = channel();
        let processes = commands
            .into_iter()
            .enumerate()
            .map(|(number, mut command)| {
                command.stdin(Stdio::piped()).stdout(Stdio::piped());
                let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
                listen(number, child.stdout.take().unwrap(), sender.clone());
                listen(number, child.stderr.take().unwrap(), sender.clone());
                let input = child.stdin.take();
                (child, input)
            });
        Self {
            processes: processes.collect(),
            lines,
        }
    }

    /// A process that has ended is told of elsewhere.
    pub(crate) fn command(&mut self, word: &str) {
        for (_, input) in &mut self.processes {
            if let Some(input) = input {
                let _ = writeln!(input, "{word}");
            }
        }
    }

    /// The next line, with its worker's number; None if there is none until then.
    pub(crate) fn line(&self, until: Instant) -> Option<(usize, Line)> {
        let left = until.saturating_duration_since(Instant::now());
        match self.lines.recv_timeout(left) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(left);
                None
            }
        }
    }

    /// Of a process that does not answer: what its threads were doing is in the core.
    pub(crate) fn abort(&self, number: usize) {
        let id = libc::pid_t::try_from(self.processes[number].0.id()).unwrap();
        // SAFETY: plain numbers; the child is not waited for yet, so the ID is still its own.
        unsafe { libc::kill(id, libc::SIGABRT) };
    }

    /// Has each of them end, and says how.
    pub(crate) fn end(mut self, within: Duration) -> Vec<Option<ExitStatus>> {
        let until = Instant::now() + within;
        for (_, input) in &mut self.processes {
            drop(input.take());
        }
        let ends = self.processes.iter_mut().map(|(child, _)| {
            loop {
                if let Some(status) = child.try_wait().unwrap() {
                    return Some(status);
                }
                if Instant::now() >= until {
                    let _ = child.kill();
                    let _ = child.wait();
                    return None;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        ends.collect()
    }
}

fn listen(number: usize, output: impl Read + Send + 'static, to: Sender<(usize, Line)>) {
    spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let line = parsed(&line).unwrap_or(Line::Other(line));
            let _ = to.send((number, line));
        }
        let _ = to.send((number, Line::Ended));
    });
}
