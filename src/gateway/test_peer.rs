//! A gateway of a unit test's own: what it says is written down beforehand, request by request.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::SockRef;

/// What follows a request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// These bytes, and the connection is kept.
    Kept(String),
    /// These bytes, and the connection is closed.
    Closed(String),
    /// Nothing but that the connection is reset.
    Reset,
    /// Nothing, for so long; then the connection is closed.
    Silent(Duration),
}

pub(crate) struct TestPeer {
    pub(crate) port: u16,
    thread: JoinHandle<Vec<String>>,
}

impl TestPeer {
    /// Ends after the last of these.
    pub(crate) fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let replies: Vec<Reply> = replies.into_iter().collect();
        let thread = thread::spawn(move || serve(&listener, replies));
        Self { port, thread }
    }

    /// The heads of all requests, as they came. Waits for the last.
    pub(crate) fn requests(self) -> Vec<String> {
        self.thread.join().unwrap()
    }
}

fn serve(listener: &TcpListener, replies: Vec<Reply>) -> Vec<String> {
    let mut requests = Vec::new();
    let mut connection = None;
    for reply in replies {
        // A client that has closed a kept connection comes with a new one.
        let head = loop {
            let stream = connection.get_or_insert_with(|| listener.accept().unwrap().0);
            match read_head(stream) {
                Some(head) => break head,
                None => connection = None,
            }
        };
        requests.push(head);
        let stream = connection.as_mut().unwrap();
        match reply {
            Reply::Kept(text) => stream.write_all(text.as_bytes()).unwrap(),
            Reply::Closed(text) => {
                stream.write_all(text.as_bytes()).unwrap();
                connection = None;
            }
            Reply::Reset => {
                let linger = Some(Duration::ZERO);
                SockRef::from(&*stream).set_linger(linger).unwrap();
                connection = None;
            }
            Reply::Silent(time) => {
                thread::sleep(time);
                connection = None;
            }
        }
    }
    requests
}

/// None if the connection ends before it.
pub(crate) fn read_head(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).unwrap_or(0) == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    Some(String::from_utf8(head).unwrap())
}

/// A whole response with this status line, these header lines and this body.
pub(crate) fn http(status: &str, headers: &[&str], body: &str) -> String {
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
}

pub(crate) fn token(name: &str) -> String {
    let body = format!(r#"{{"access_token":"{name}","expires_in":3600}}"#);
    http("200 OK", &[], &body)
}
