//! A Redis server of a unit test's own: what it says is written down beforehand.

use std::borrow::Cow;
use std::io::Write;
use std::net::TcpListener;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ::redis::{Parser, Value, from_redis_value};

use super::connection::Connector;
use crate::config::{Ca, RedisUrl};
use crate::deadline::Deadline;

pub(super) struct TestServer {
    pub(super) url: RedisUrl,
    thread: JoinHandle<Vec<Vec<String>>>,
}

impl TestServer {
    /// Takes as many connections as there are lists; after the last reply of one it is closed.
    pub(super) fn start(connections: &'static [&'static [&'static str]]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = RedisUrl {
            tls: false,
            host: "127.0.0.1".to_owned(),
            port: listener.local_addr().unwrap().port(),
            database: 0,
            user: None,
            password: None,
        };
        let thread = thread::spawn(move || {
            let lists = connections.iter();
            lists.flat_map(|list| serve(&listener, list)).collect()
        });
        Self { url, thread }
    }

    pub(super) fn connector(&self) -> Connector {
        Connector::new(&self.url, &Ca::Mozilla).unwrap()
    }

    /// All commands, as they came. Waits for the last.
    pub(super) fn commands(self) -> Vec<Vec<String>> {
        self.thread.join().unwrap()
    }
}

/// More time than anything takes that ends by itself.
pub(super) fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

fn serve(listener: &TcpListener, replies: &[&str]) -> Vec<Vec<String>> {
    let (mut stream, _) = listener.accept().unwrap();
    let mut parser = Parser::new();
    let commands = replies.iter().map(|reply| {
        let command: Value = parser.parse_value(&mut stream).unwrap();
        stream.write_all(reply.as_bytes()).unwrap();
        let words: Vec<Vec<u8>> = from_redis_value(command).unwrap();
        let words = words.iter().map(|word| String::from_utf8_lossy(word));
        words.map(Cow::into_owned).collect()
    });
    commands.collect()
}
