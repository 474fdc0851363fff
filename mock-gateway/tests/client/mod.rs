//! A client of a dozen lines: what the gateway sends is looked at byte by byte.

#![allow(dead_code)] // Each test program uses a part of it.

use momo_mock_gateway::Gateway;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self
            .head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "));
        lines
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
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
    let length = reply
        .header("content-length")
        .unwrap_or("0")
        .parse()
        .unwrap();
    let mut body = vec![0; length];
    socket.read_exact(&mut body).ok()?;
    reply.body = String::from_utf8_lossy(&body).into_owned();
    Some(reply)
}

pub(crate) fn send(gateway: &Gateway, request: &str) -> Reply {
    let mut socket = plain(gateway);
    socket.write_all(request.as_bytes()).unwrap();
    read_reply(&mut socket).unwrap()
}

/// A request with the right credentials, under that prefix.
pub(crate) fn post(gateway: &Gateway, prefix: &str) -> Reply {
    send(
        gateway,
        &request(gateway, &format!("{prefix}/disbursement/token/")),
    )
}

/// Everything that comes until the connection ends, and how it ended.
pub(crate) fn read_all(gateway: &Gateway, prefix: &str) -> (Vec<u8>, Option<std::io::ErrorKind>) {
    let mut socket = plain(gateway);
    let request = request(gateway, &format!("{prefix}/disbursement/token/"));
    socket.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    let end = socket
        .read_to_end(&mut bytes)
        .err()
        .map(|error| error.kind());
    (bytes, end)
}
