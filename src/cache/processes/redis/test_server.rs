//! A Redis server of a unit test's own: what it says is written down beforehand.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

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
            ..RedisUrl::default()
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
    let mut stream = BufReader::new(listener.accept().unwrap().0);
    let commands = replies.iter().map(|reply| {
        let command = read_command(&mut stream);
        stream.get_mut().write_all(reply.as_bytes()).unwrap();
        command
    });
    commands.collect()
}

fn read_command(stream: &mut BufReader<TcpStream>) -> Vec<String> {
    let count = read_number(stream, '*');
    let words = (0..count).map(|_| {
        let mut word = vec![0; read_number(stream, '$') + 2];
        stream.read_exact(&mut word).unwrap();
        String::from_utf8_lossy(&word[..word.len() - 2]).into_owned()
    });
    words.collect()
}

fn read_number(stream: &mut impl BufRead, kind: char) -> usize {
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    line.strip_prefix(kind).unwrap().trim().parse().unwrap()
}
