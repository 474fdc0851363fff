//! A client of a dozen lines: what the gateway sends is looked at byte by byte.

#![allow(dead_code)] // Each test program uses a part of it.

use momo_mock_gateway::Gateway;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

pub(crate) fn gateway() -> Gateway {
    Gateway::start().unwrap()
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    /// "" if there is none of that name.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(": "));
        let found = fields.find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

pub(crate) fn request(gateway: &Gateway, path: &str) -> String {
    use base64::Engine;
    let credentials = gateway.credentials();
    let basic = format!("{}:{}", credentials.api_user, credentials.api_key);
    let basic = base64::prelude::BASE64_STANDARD.encode(basic);
    let key = &credentials.subscription_keys[0];
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {basic}\r\n\
         Ocp-Apim-Subscription-Key: {key}\r\nContent-Length: 0\r\n\r\n"
    )
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpStream::connect(address).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    socket
}

pub(crate) fn plain(gateway: &Gateway) -> TcpStream {
    connect(gateway.plain_address().unwrap())
}

/// One reply with a Content-Length, or without a body; None if the connection ended first.
pub(crate) fn read_reply(socket: &mut impl Read) -> Option<Reply> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if socket.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
    }
    let head = String::from_utf8(bytes).unwrap();
    let status = head[9..12].parse().unwrap();
    let mut reply = Reply {
        status,
        head,
        body: String::new(),
    };
    let mut body = vec![0; reply.header("content-length").parse().unwrap_or(0)];
    socket.read_exact(&mut body).ok()?;
    reply.body = String::from_utf8_lossy(&body).into_owned();
    Some(reply)
}

pub(crate) fn send(gateway: &Gateway, request: &str) -> Reply {
    let mut socket = plain(gateway);
    socket.write_all(request.as_bytes()).unwrap();
    read_reply(&mut socket).unwrap()
}

/// A request with the right credentials.
pub(crate) fn send_to(gateway: &Gateway, path: &str) -> Reply {
    send(gateway, &request(gateway, path))
}

/// The same for a token, under that prefix.
pub(crate) fn post(gateway: &Gateway, prefix: &str) -> Reply {
    send_to(gateway, &format!("{prefix}/disbursement/token/"))
}

/// A connection on which that was sent.
pub(crate) fn posted(gateway: &Gateway, prefix: &str) -> TcpStream {
    let mut socket = plain(gateway);
    let request = request(gateway, &format!("{prefix}/disbursement/token/"));
    socket.write_all(request.as_bytes()).unwrap();
    socket
}

/// Everything that comes until the connection ends, and how it ended.
pub(crate) fn read_all(gateway: &Gateway, prefix: &str) -> (Vec<u8>, Option<std::io::ErrorKind>) {
    let mut bytes = Vec::new();
    let ended = posted(gateway, prefix).read_to_end(&mut bytes);
    (bytes, ended.err().map(|error| error.kind()))
}

pub(crate) fn wait_until_closed(gateway: &Gateway) {
    let start = Instant::now();
    while gateway.open_connections() > 0 && start.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(gateway.open_connections(), 0);
}
