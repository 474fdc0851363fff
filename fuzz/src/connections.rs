//! A peer that sends what it was told to once it is spoken to, then closes, and keeps what it got.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::thread::{self, JoinHandle};

/// The peer's end, and what it was sent first.
pub type Connection = JoinHandle<(UnixStream, Vec<u8>)>;

thread_local! {
    static SCRIPT: RefCell<VecDeque<Vec<u8>>> = const { RefCell::new(VecDeque::new()) };
    static CONNECTIONS: RefCell<Vec<Connection>> = const { RefCell::new(Vec::new()) };
}

/// What each connection of this thread to come is sent; those after the last are refused.
pub fn script(connections: impl IntoIterator<Item = Vec<u8>>) {
    SCRIPT.set(connections.into_iter().collect());
}

/// What was sent on each connection of this thread since the last time.
pub fn received() -> Vec<Vec<u8>> {
    let connections = CONNECTIONS.take();
    let read = connections.into_iter().map(|connection| {
        let (mut own, mut bytes) = connection.join().expect("the thread of a connection");
        // All of it is there, or nothing more will come.
        let _ = own.read_to_end(&mut bytes);
        bytes
    });
    read.collect()
}

/// For `momo::fuzzing::set_peer`.
pub fn peer(_: &str, _: u16) -> Option<UnixStream> {
    let bytes = SCRIPT.with_borrow_mut(VecDeque::pop_front)?;
    let (library, connection) = responding(Some(bytes));
    CONNECTIONS.with_borrow_mut(|connections| connections.push(connection));
    Some(library)
}

/// The library's end of a connection that is sent these bytes, or nothing for as long as it lasts.
pub fn responding(bytes: Option<Vec<u8>>) -> (UnixStream, Connection) {
    let (library, mut own) = UnixStream::pair().expect("a pair of sockets");
    // What comes before the request is no response to it, and the library then sends none.
    let connection = thread::spawn(move || {
        let mut first = vec![0; 16_384];
        let amount = own.read(&mut first).unwrap_or_default();
        first.truncate(amount);
        let Some(bytes) = bytes else {
            let _ = own.read_to_end(&mut first);
            return (own, first);
        };
        own.set_nonblocking(true)
            .expect("a socket that does not block");
        // What the sockets do not hold is cut off.
        let _ = own.write_all(&bytes);
        let _ = own.shutdown(Shutdown::Write);
        (own, first)
    });
    (library, connection)
}
