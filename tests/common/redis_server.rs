//! A Redis server of a test's own, on a free port.
#![allow(dead_code, unreachable_pub)] // not every file of tests uses all of it

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::child::{Scratch, free_port, wait_for};

pub struct RedisServer {
    program: Child,
    pub scratch: Scratch,
    pub port: u16,
    arguments: Vec<String>,
}

impl RedisServer {
    pub fn start() -> Self {
        Self::with(Scratch::new(), free_port(), &[])
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
            program,
            scratch,
            port,
            arguments,
        }
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn signal(&self, signal: libc::c_int) {
        let id = libc::pid_t::try_from(self.program.id()).unwrap();
        // SAFETY: plain numbers; the child is not waited for yet, so the ID is still its own.
        assert_eq!(unsafe { libc::kill(id, signal) }, 0);
    }

    pub fn stop(&mut self) {
        self.signal(libc::SIGKILL);
        self.program.wait().unwrap();
    }

    pub fn start_again(&mut self) {
        self.program = start(&self.scratch, &self.arguments, self.port);
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

fn start(scratch: &Scratch, arguments: &[String], port: u16) -> Child {
    let log: PathBuf = scratch.path("redis.log");
    let mut program = Command::new("redis-server")
        .args(arguments)
        .args(["--dir", scratch.path("").to_str().unwrap()])
        .args(["--logfile", log.to_str().unwrap()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait_for("Redis server", || {
        if let Some(status) = program.try_wait().unwrap() {
            panic!(
                "redis-server ended: {status}: {}",
                std::fs::read_to_string(&log).unwrap()
            );
        }
        if arguments.iter().any(|word| word == "--tls-port") {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        } else {
            answering(port).is_some()
        }
    });
    program
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
        if let Ok(None) = self.program.try_wait() {
            self.signal(libc::SIGKILL);
            let _ = self.program.wait();
        }
    }
}
