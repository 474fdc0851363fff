//! TCP connections that end on time and can be ended from another thread.

#[cfg(not(windows))]
mod unix;
#[cfg(windows)]
mod windows;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

#[cfg(not(windows))]
pub(crate) use self::unix::Socket;
#[cfg(windows)]
pub(crate) use self::windows::Socket;
use super::resolver;
use super::transport_error::{Kind, Phase, TransportError};
use crate::cancellation::Cancellation;

/// Where to connect to.
pub(crate) struct Peer<'a> {
    /// A name, or an address (IPv6 in brackets).
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    /// Whether only addresses of this machine's loopback are good, whatever the name says.
    pub(crate) loopback_only: bool,
}

impl Socket {
    /// Looks the host up and connects to the first of its addresses that takes the connection.
    pub(crate) fn connect(
        peer: &Peer,
        deadline: Instant,
        cancellation: &Cancellation,
    ) -> Result<Self, TransportError> {
        let host = peer.host;
        let mut ips = resolver::look_up(host, deadline, cancellation)?;
        if peer.loopback_only {
            ips.retain(IpAddr::is_loopback);
            if ips.is_empty() {
                return Err(TransportError::new(
                    Phase::Resolve,
                    Kind::NoAddress,
                    format!(
                        "{host} has no address on this machine's loopback, and plain http goes \
                         nowhere else; use https, or mend the hosts file"
                    ),
                ));
            }
        }
        let mut last = TransportError::timed_out(Phase::Connect);
        for (tried, ip) in ips.iter().enumerate() {
            let address = SocketAddr::new(*ip, peer.port);
            let left = deadline.saturating_duration_since(Instant::now());
            // Half of what is left for each address but the last: an address that swallows
            // packets must not starve those that would respond.
            let share = if tried + 1 < ips.len() {
                left / 2
            } else {
                left
            };
            match connect(address, share, cancellation) {
                Ok(socket) => return Ok(socket),
                // Neither says anything about the address, nor would another one help.
                Err(error) if matches!(error.kind, Kind::Cancelled | Kind::NoLocalResource) => {
                    return Err(error);
                }
                Err(error) => last = error,
            }
        }
        resolver::doubt(host);
        Err(last)
    }
}

fn connect(
    address: SocketAddr,
    time: Duration,
    cancellation: &Cancellation,
) -> Result<Socket, TransportError> {
    let failed = |error: io::Error| {
        if error.kind() == io::ErrorKind::TimedOut {
            return TransportError::timed_out(Phase::Connect);
        }
        TransportError::from_local_limit(Phase::Connect, &error).unwrap_or_else(|| {
            TransportError::new(
                Phase::Connect,
                Kind::Unreachable,
                format!(
                    "{address} cannot be reached ({error}); check host, port, firewall and proxy"
                ),
            )
        })
    };
    if time.is_zero() {
        return Err(TransportError::timed_out(Phase::Connect));
    }
    let socket = Socket::new(address).map_err(failed)?;
    // Before it connects, so that a cancellation ends the connecting too.
    if !cancellation.interrupts(&socket.wait()) {
        return Err(TransportError::cancelled(Phase::Connect));
    }
    socket.connect_to(address, time).map_err(failed)?;
    Ok(socket)
}
