//! A Redis server of a unit test's own: what it says is written down beforehand.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

use super::connection::{Connector, RedisConnection};
pub(super) use crate::cache::test_processes::soon;
use crate::config::{Ca, RedisUrl};

pub(super) struct TestServer {
    pub(super) url: RedisUrl,
    thread: JoinHandle<Vec<Vec<String>>>,
}

impl TestServer {
    /// Takes as many connections as there are lists; after the last reply of one it is closed.
    pub(super) fn start(connections: &[&[&str]]) -> Self {
        let (listener, url) = listener();
        let lists = connections
            .iter()
            .map(|list| list.iter().map(|reply| reply.to_string()));
        let lists: Vec<Vec<String>> = lists.map(Iterator::collect).collect();
        let thread = thread::spawn(move || {
            let lists = lists.iter();
            lists.flat_map(|list| serve(&listener, list)).collect()
        });
        Self { url, thread }
    }

    /// All commands, as they came. Waits for the last.
    pub(super) fn commands(self) -> Vec<Vec<String>> {
        self.thread.join().unwrap()
    }
}

/// A server that says nothing, unless the test does so itself.
pub(super) fn listener() -> (TcpListener, RedisUrl) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = RedisUrl {
        host: "127.0.0.1".to_owned(),
        port: listener.local_addr().unwrap().port(),
        ..RedisUrl::default()
    };
    (listener, url)
}

pub(super) fn connector(url: &RedisUrl) -> Connector {
    Connector::new(url, &Ca::Mozilla).unwrap()
}

pub(super) fn connect(url: &RedisUrl) -> RedisConnection {
    connector(url).connect(soon()).unwrap()
}

fn serve(listener: &TcpListener, replies: &[String]) -> Vec<Vec<String>> {
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
