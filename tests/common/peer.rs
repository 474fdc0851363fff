//! Servers that misbehave below HTTP, and what this process has open.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, unreachable_pub)]

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

/// Counts its connections and treats each in the same way, on a thread of its own.
pub struct Peer {
    pub address: SocketAddr,
    accepted: Arc<AtomicUsize>,
    ending: Arc<AtomicBool>,
}

impl Peer {
    pub fn start(treat: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let peer = Self {
            address: socket.local_addr().unwrap(),
            accepted: Arc::default(),
            ending: Arc::default(),
        };
        let (accepted, ending) = (Arc::clone(&peer.accepted), Arc::clone(&peer.ending));
        let treat = Arc::new(treat);
        std::thread::spawn(move || {
            for stream in socket.incoming() {
                if ending.load(Ordering::SeqCst) {
                    return;
                }
                // Counted before it is treated: who was turned away has been counted.
                accepted.fetch_add(1, Ordering::SeqCst);
                let (stream, treat) = (stream.unwrap(), Arc::clone(&treat));
                stream.set_nodelay(true).unwrap();
                std::thread::spawn(move || treat(stream));
            }
        });
        peer
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

/// Everything up to the empty line, or what came before the end.
pub fn read_head(stream: &mut impl Read) -> Vec<u8> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => break,
        }
    }
    head
}

/// A proxy that takes every host for this machine.
pub fn tunnelling(mut client: TcpStream) {
    // The client sends no more before the tunnel is there.
    let head = String::from_utf8(read_head(&mut client)).unwrap();
    if head.is_empty() {
        return;
    }
    let authority = head.strip_prefix("CONNECT ").unwrap();
    let (authority, _) = authority.split_once(" HTTP/1.1\r\n").unwrap();
    let (_, port) = authority.rsplit_once(':').unwrap();
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, port.parse().unwrap())).unwrap();
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    let pipe = |mut from: TcpStream, mut to: TcpStream| {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    };
    let (back, to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    std::thread::spawn(move || pipe(back, to));
    pipe(client, server);
}

/// Reads what comes and says nothing.
pub fn silent(mut stream: TcpStream) {
    let mut buffer = [0; 1024];
    while matches!(stream.read(&mut buffer), Ok(1..)) {}
}

/// Closes at once.
pub fn closing(stream: TcpStream) {
    drop(stream);
}

/// Closes with a reset.
pub fn resetting(stream: TcpStream) {
    socket2::SockRef::from(&stream)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
}

/// One byte each 20 ms: a TLS record of 16 KiB that takes minutes.
pub fn dripping_tls(stream: TcpStream) {
    drip(stream, b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03");
}

/// The head of an HTTP response, which never ends.
pub fn dripping_http(stream: TcpStream) {
    drip(stream, b"HTTP/1.1 200 OK\r\nX-Slow: ");
}

fn drip(mut stream: TcpStream, beginning: &[u8]) {
    for byte in beginning.iter().chain(std::iter::repeat(&b'a')) {
        if stream.write_all(&[*byte]).is_err() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// An address that swallows packets: a listener whose queue is full.
pub struct BlackHole {
    listener: Socket,
    queue: Vec<Socket>,
    pub address: SocketAddr,
}

impl BlackHole {
    pub fn at(ip: impl Into<IpAddr>, port: u16) -> Self {
        let address = SocketAddr::new(ip.into(), port);
        let socket = || Socket::new(Domain::for_address(address), Type::STREAM, None).unwrap();
        let listener = socket();
        listener.bind(&address.into()).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let queue = (0..8).map(|_| {
            let caller = socket();
            caller.set_nonblocking(true).unwrap();
            let _ = caller.connect(&address.into());
            caller
        });
        let queue = queue.collect();
        let probe = TcpStream::connect_timeout(&address, Duration::from_millis(50));
        assert!(probe.is_err(), "the queue is full");
        Self {
            listener,
            queue,
            address,
        }
    }

    pub fn start() -> Self {
        Self::at(Ipv4Addr::LOCALHOST, 0)
    }

    /// From now on connections are made.
    pub fn make_room(&self) {
        self.listener.set_nonblocking(true).unwrap();
        while self.listener.accept().is_ok() {}
        self.listener.listen(128).unwrap();
    }

    /// Whether a connection was made since, which ends here.
    pub fn has_taken_one(&self) -> bool {
        self.listener.accept().is_ok()
    }

    pub fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    /// How many connections wait to be made.
    pub fn knocking(&self) -> usize {
        let mut states = tcp_states(self.address.port());
        states.retain(|state| *state == SYN_SENT);
        states.len()
    }
}

/// How many file descriptors this process has.
pub fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// States of TCP connections to this port, as the kernel numbers them.
pub fn tcp_states(port: u16) -> Vec<u8> {
    let to_port = tcp_connections(port, REMOTE);
    let states = to_port
        .iter()
        .map(|words| u8::from_str_radix(&words[3], 16));
    states.map(Result::unwrap).collect()
}

/// Whether the program that has this port has been sent something that it has not read.
pub fn has_unread(port: u16) -> bool {
    let at_port = tcp_connections(port, LOCAL);
    at_port
        .iter()
        .any(|words| words[3] != LISTEN && !words[4].ends_with(":00000000"))
}

/// The columns: number, local and remote address, state, what waits to be sent and to be read.
/// There may be thousands of connections that have just ended, of others.
fn tcp_connections(port: u16, column: usize) -> Vec<Vec<String>> {
    let table = std::fs::read_to_string("/proc/self/net/tcp").unwrap();
    let port = format!(":{port:04X}");
    let lines = table.lines().filter(|line| line.contains(&port));
    let words = lines.map(|line| line.split_whitespace().map(str::to_owned).collect());
    words
        .filter(|words: &Vec<_>| words[column].ends_with(&port))
        .collect()
}

const LOCAL: usize = 1;
const REMOTE: usize = 2;
const LISTEN: &str = "0A";
const SYN_SENT: u8 = 2;
pub const CLOSE_WAIT: u8 = 8;

/// This thread's number for the system.
pub fn thread_id() -> i32 {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::gettid() }
}

/// Whether that thread waits for another one: in a condition variable, on a futex.
pub fn waits(thread: i32) -> bool {
    is_in(thread, libc::SYS_futex)
}

/// Whether that thread sleeps for a time.
pub fn sleeps(thread: i32) -> bool {
    is_in(thread, libc::SYS_clock_nanosleep)
}

/// Whether that thread waits for bytes from a socket: in a call whose time is exact, however long.
/// The kernel rounds a socket's own time-out up.
pub fn reads(thread: i32) -> bool {
    is_in(thread, libc::SYS_ppoll)
}

fn is_in(thread: i32, call: libc::c_long) -> bool {
    let path = format!("/proc/self/task/{thread}/syscall");
    let now = std::fs::read_to_string(path).unwrap_or_default();
    now.starts_with(&format!("{call} "))
}
