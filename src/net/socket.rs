//! TCP connections that end on time and can be ended from another thread.

#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod race;
#[cfg(not(windows))]
mod unix;
#[cfg(windows)]
mod windows;

use std::net::IpAddr;

#[cfg(not(windows))]
pub(crate) use self::unix::Socket;
#[cfg(windows)]
pub(crate) use self::windows::Socket;
use super::resolver;
use super::transport_error::{Kind, Phase, TransportError};
use crate::cancellation::Cancellation;
use crate::deadline::Deadline;

/// Where to connect to.
pub(crate) struct Peer<'a> {
    /// A name, or an address (IPv6 in brackets).
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    /// Whether only addresses of this machine's loopback are good, whatever the name says.
    pub(crate) loopback_only: bool,
}

impl Socket {
    /// Looks the host up and connects to whichever of its addresses takes the connection first.
    pub(crate) fn connect(
        peer: &Peer,
        deadline: Deadline,
        cancellation: &Cancellation,
    ) -> Result<Self, TransportError> {
        let host = peer.host;
        #[cfg(fuzzing)]
        if let Some(outcome) = fuzzing::connect(host, peer.port, cancellation) {
            return outcome;
        }
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
        race::connect(&ips, peer.port, deadline, cancellation).inspect_err(|error| {
            // Neither says anything about the addresses.
            if !matches!(error.kind, Kind::Cancelled | Kind::NoLocalResource) {
                resolver::doubt(host);
            }
        })
    }
}
