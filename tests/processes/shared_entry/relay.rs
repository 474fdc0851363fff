//! A relay in front of a server: it makes the server far away, or forgets its connections.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use crate::peer::Peer;

pub(crate) struct Relay {
    peer: Peer,
    /// Connections of an earlier age pass nothing on, as a firewall does that has forgotten them.
    age: Arc<AtomicU32>,
}

impl Relay {
    /// What comes is passed on after `one_way`; a new connection is taken after both ways.
    pub(crate) fn start(server: u16, one_way: Duration) -> Self {
        let age = Arc::new(AtomicU32::new(0));
        let now = Arc::clone(&age);
        let peer = Peer::start(move |client| {
            let now = Arc::clone(&now);
            let own = now.load(Ordering::SeqCst);
            let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
            // The kernel has taken the connection already: its first bytes wait for that time.
            let begin = Instant::now() + 2 * one_way;
            let passes = move || now.load(Ordering::SeqCst) == own;
            let (back, forth) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            pass(client, server, begin + one_way, one_way, passes.clone());
            pass(back, forth, begin + one_way, one_way, passes);
        });
        Self { peer, age }
    }

    pub(crate) fn port(&self) -> u16 {
        self.peer.port()
    }

    pub(crate) fn forget(&self) {
        self.age.fetch_add(1, Ordering::SeqCst);
    }
}

fn pass(
    mut from: TcpStream,
    mut to: TcpStream,
    not_before: Instant,
    one_way: Duration,
    passes: impl Fn() -> bool + Send + 'static,
) {
    let (sender, receiver): (Sender<(Instant, Vec<u8>)>, Receiver<_>) = channel();
    to.set_nodelay(true).unwrap();
    spawn(move || {
        for (at, bytes) in receiver {
            sleep(at.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                return;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
    spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            let at = not_before.max(Instant::now() + one_way);
            if passes() && sender.send((at, bytes[..count].to_vec())).is_err() {
                return;
            }
        }
    });
}
