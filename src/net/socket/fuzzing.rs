//! Connections to a peer within the fuzz target: one end of a pair of local sockets, which is read
//! and written as a TCP connection is.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::OnceLock;

use super::Socket;
use crate::Phase;
use crate::net::{Kind, Limits, TransportError};

/// What responds at host and port: the library's end of a connection, or None if nobody listens.
pub type Peer = fn(host: &str, port: u16) -> Option<UnixStream>;

static PEER: OnceLock<Peer> = OnceLock::new();

/// From now on this peer has every connection. It is set once.
pub fn set_peer(peer: Peer) {
    let _ = PEER.set(peer);
}

/// None if no peer was set: the connection goes to the network.
pub(super) fn connect(
    host: &str,
    port: u16,
    limits: &Limits,
) -> Option<Result<Socket, TransportError>> {
    let peer = PEER.get()?;
    limits.progress.enter(Phase::Connect);
    let Some(stream) = peer(host, port) else {
        return Some(Err(limits.error(Kind::Unreachable, "nobody listens there")));
    };
    stream.set_nonblocking(true).ok()?;
    Some(Ok(Socket {
        stream: OwnedFd::from(stream).into(),
        limits: limits.clone(),
    }))
}
