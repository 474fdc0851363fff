//! A Redis server of a test's own, on a free port.
#![allow(dead_code, unreachable_pub)] // not every file of tests uses all of it

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use super::child::{Program, Scratch, free_port, wait_for};

pub struct RedisServer {
    program: Option<Program>,
    pub scratch: Scratch,
    pub port: u16,
    arguments: Vec<String>,
}

impl RedisServer {
    pub fn start() -> Self {
        Self::started_with("")
    }

    /// With these arguments, on a port of its own.
    pub fn started_with(arguments: &str) -> Self {
        let words: Vec<_> = arguments.split_whitespace().collect();
        Self::with(Scratch::new(), free_port(), &words)
    }

    /// With more arguments for it. If one of them is a TLS port, `port` is that.
    pub fn with(scratch: Scratch, port: u16, arguments: &[&str]) -> Self {
        let mut words = vec!["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        let plain = port.to_string();
        if !arguments.contains(&"--tls-port") {
            words.extend(["--port", &plain]);
        }
        words.extend(arguments);
        let arguments: Vec<_> = words.into_iter().map(str::to_owned).collect();
        let program = start(&scratch, &arguments, port);
        Self {
            program: Some(program),
            scratch,
            port,
            arguments,
        }
    }

    pub fn url(&self) -> String {
        let [url, _] = self.urls();
        url
    }

    /// Two names of it: a client of each has a memory of its own, as a process has.
    pub fn urls(&self) -> [String; 2] {
        ["127.0.0.1", "localhost"].map(|host| format!("redis://{host}:{}", self.port))
    }

    pub fn signal(&self, signal: libc::c_int) {
        self.program.as_ref().unwrap().signal(signal);
    }

    /// At once, also if it was held by a signal.
    pub fn stop(&mut self) {
        if let Some(program) = self.program.take() {
            program.end_by(libc::SIGKILL);
        }
    }

    pub fn start_again(&mut self) {
        self.program = Some(start(&self.scratch, &self.arguments, self.port));
    }

    /// A connection that the server has taken.
    pub fn connected(&self) -> TcpStream {
        let mut connected = None;
        wait_for("connection that is taken", || {
            connected = answering(self.port);
            connected.is_some()
        });
        connected.unwrap()
    }

    /// The reply to a command without blanks in its words, as it came.
    pub fn ask(&self, command: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(command.as_bytes()).unwrap();
        stream.write_all(b"\r\nQUIT\r\n").unwrap();
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).unwrap();
        reply.truncate(reply.len() - b"+OK\r\n".len());
        reply
    }

    /// The names of all keys.
    pub fn keys(&self) -> Vec<String> {
        let reply = String::from_utf8(self.ask("KEYS *")).unwrap();
        let names = reply.lines().filter(|line| line.starts_with("libmomo:"));
        names.map(str::to_owned).collect()
    }
}

fn start(scratch: &Scratch, arguments: &[String], port: u16) -> Program {
    let mut command = Command::new("redis-server");
    command.args(arguments).arg("--dir").arg(scratch.path(""));
    command.arg("--logfile").arg(scratch.path("redis.log"));
    command.stdin(Stdio::null()).stdout(Stdio::null());
    if arguments.iter().any(|word| word == "--tls-port") {
        Program::serving(&mut command, port)
    } else {
        Program::started(&mut command, || answering(port).is_some())
    }
}

/// A server takes connections before it responds, and may turn them away.
fn answering(port: u16) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.write_all(b"PING\r\n").ok()?;
    let mut reply = [0; 64];
    let count = stream.read(&mut reply).ok()?;
    // It may want a password first.
    let is_taken = reply[..count].starts_with(b"+PONG") || reply[..count].starts_with(b"-NOAUTH");
    is_taken.then_some(stream)
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}
