//! Connections: host names to addresses, sockets that end on time, tunnels of proxies, and who is
//! trusted over TLS.
//!
//! What the gateway and Redis are both reached with. Knows no protocol above TLS.

mod connection;
pub(crate) mod head;
pub(crate) mod progress;
mod resolver;
pub(crate) mod socket;
mod socks;
pub(crate) mod tls;
mod transport_error;
pub(crate) mod trust;
pub(crate) mod tunnel;

use connection::bare;
pub(crate) use connection::{Connection, Limits, Route};
pub(crate) use transport_error::{Kind, Result, TransportError};
