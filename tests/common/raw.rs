//! What a server sends that sends any bytes at all, and a config for it.
#![allow(dead_code)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::common::Config;
use crate::peer::Peer;
pub(crate) use crate::peer::read_head;

impl Peer {
    /// A config for this server by plain http, one attempt per call.
    pub(crate) fn config(&self) -> Config {
        config(&self.url("http"))
    }
}

pub(crate) const USER: &str = "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9";
pub(crate) const KEY: &str = "00112233445566778899aabbccddeeff";
pub(crate) const SUBSCRIPTION_KEY: &str = "ffeeddccbbaa99887766554433221100";

pub(crate) fn config(base_url: &str) -> Config {
    Config::at(base_url, [USER, KEY, SUBSCRIPTION_KEY], "mozilla")
}

/// Sends what the client still takes: it may leave early.
pub(crate) fn send(stream: &mut TcpStream, bytes: &[u8]) {
    let _ = stream.write_all(bytes);
}

/// Closes without a reset, which would destroy what the client has not read yet.
pub(crate) fn close(mut stream: TcpStream) {
    let _ = stream.shutdown(std::net::Shutdown::Write);
    hold(&mut stream);
}

/// Says nothing until the client leaves.
pub(crate) fn hold(stream: &mut TcpStream) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
    while matches!(stream.read(&mut [0; 4096]), Ok(count) if count > 0) {}
}

/// The bytes one by one, then nothing until the client leaves.
pub(crate) fn drip(stream: &mut TcpStream, bytes: &[u8], pause: Duration) {
    for byte in bytes {
        if stream.write_all(&[*byte]).is_err() {
            return;
        }
        std::thread::sleep(pause);
    }
    hold(stream);
}

/// The same bytes again and again until the client leaves.
pub(crate) fn flood(stream: &mut TcpStream, bytes: &[u8]) {
    let block = bytes.repeat(4096_usize.div_ceil(bytes.len().max(1)));
    while stream.write_all(&block).is_ok() {
        // Enough to swamp a client, not the machine.
        std::thread::sleep(Duration::from_millis(1));
    }
}
