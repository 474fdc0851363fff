//! The processes that use the library, and the lines in which they tell of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use super::figures::Numbers;

/// As tests/c/soak_report.h describes them.
pub(crate) enum Line {
    Token(u64, Duration),
    Failure {
        status: i32,
        from: Duration,
        to: Duration,
        message: String,
    },
    Fault(String, String),
    Round(Numbers),
    /// Nothing that a worker in order says.
    Other(String),
    Ended,
}

fn parsed(line: &str) -> Option<Line> {
    let (word, rest) = line.split_once(' ')?;
    let time = |text: &str| Some(Duration::from_nanos(text.parse().ok()?));
    let parts: Vec<_> = rest.splitn(4, ' ').collect();
    Some(match (word, &parts[..]) {
        ("token", [fingerprint, at]) => {
            Line::Token(u64::from_str_radix(fingerprint, 16).ok()?, time(at)?)
        }
        ("failure", [status, from, to, message]) => Line::Failure {
            status: status.parse().ok()?,
            from: time(from)?,
            to: time(to)?,
            message: (*message).to_owned(),
        },
        ("fault", _) => {
            let (check, text) = rest.split_once(' ')?;
            Line::Fault(check.to_owned(), text.to_owned())
        }
        ("round", _) => {
            let numbers = rest.split(' ').map(|pair| {
                let (name, number) = pair.split_once('=')?;
                Some((name.to_owned(), number.parse().ok()?))
            });
            Line::Round(numbers.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

pub(crate) struct Workers {
    processes: Vec<Child>,
    lines: Receiver<(usize, Line)>,
    /// So that there is always one who could send a line.
    _sender: Sender<(usize, Line)>,
}

impl Workers {
    pub(crate) fn start(commands: impl Iterator<Item = Command>) -> Self {
        let (sender, lines) = channel();
        let processes = commands.enumerate().map(|(number, mut command)| {
            command.stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
            listen(number, child.stdout.take().unwrap(), sender.clone());
            listen(number, child.stderr.take().unwrap(), sender.clone());
            child
        });
        Self {
            processes: processes.collect(),
            lines,
            _sender: sender,
        }
    }

    /// A process that has ended is told of elsewhere.
    pub(crate) fn command(&mut self, word: &str) {
        for child in &mut self.processes {
            let _ = writeln!(child.stdin.as_mut().unwrap(), "{word}");
        }
    }

    /// The next line, with its worker's number; None if there is none until then.
    pub(crate) fn line(&self, until: Instant) -> Option<(usize, Line)> {
        let left = until.saturating_duration_since(Instant::now());
        self.lines.recv_timeout(left).ok()
    }

    /// Of a process that does not answer: what its threads were doing is in the core.
    pub(crate) fn abort(&self, number: usize) {
        let id = libc::pid_t::try_from(self.processes[number].id()).unwrap();
        // SAFETY: plain numbers; the child is not waited for yet, so the ID is still its own.
        unsafe { libc::kill(id, libc::SIGABRT) };
    }

    /// Has each of them end, and says how: None of one that had to be killed.
    pub(crate) fn end(mut self, within: Duration) -> Vec<Option<ExitStatus>> {
        let until = Instant::now() + within;
        for child in &mut self.processes {
            drop(child.stdin.take());
        }
        let ends = self.processes.iter_mut().map(|child| {
            while Instant::now() < until {
                if let Some(status) = child.try_wait().unwrap() {
                    return Some(status);
                }
                sleep(Duration::from_millis(10));
            }
            let _ = child.kill();
            let _ = child.wait();
            None
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
