//! TCP connections as ureq wants them.

use std::time::Duration;

use std::sync::Arc;

use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport, time,
};

use crate::cancellation::Cancellation;
use crate::deadline::Deadline;
use crate::net::socket::{Peer, Socket};
use crate::net::transport_error::{Kind, Phase, TransportError};

/// By how much the times that ureq is told are longer than those that are meant. Where its own time is
/// up between two reads, it says so without the place that the exchange had reached.
pub(super) const UREQ_ENDS_LATER: Duration = Duration::from_secs(1);

/// Of a buffer below TLS, which pieces of records pass through. The head of a response has to be whole
/// in one buffer, but in one of TLS's own. A process may keep connections of thousands of clients.
const BELOW_TLS: usize = 4_096;

/// Looks the host up and connects, unless there is a tunnel through a proxy already.
pub(super) struct TcpConnector {
    pub(super) cancellation: Arc<Cancellation>,
    /// For plain http: whatever the host name says, nothing but this machine is talked to.
    pub(super) loopback_only: bool,
}

impl<In: Transport> Connector<In> for TcpConnector {
    type Out = Either<In, TcpTransport>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        if let Some(tunnel) = chained {
            return Ok(Some(Either::A(tunnel)));
        }
        let deadline = deadline(time_left(details));
        let socket = self.open(details, deadline)?;
        let (input, output) = if details.needs_tls() {
            (BELOW_TLS, BELOW_TLS)
        } else {
            let config = details.config;
            (config.input_buffer_size(), config.output_buffer_size())
        };
        let buffers = LazyBuffers::new(input, output);
        Ok(Some(Either::B(TcpTransport { socket, buffers })))
    }
}

impl TcpConnector {
    fn open(
        &self,
        details: &ConnectionDetails,
        deadline: Deadline,
    ) -> Result<Socket, TransportError> {
        let no_host =
            || TransportError::new(Phase::Connect, Kind::Unreachable, "the URL has no host");
        let default_port = if details.needs_tls() { 443 } else { 80 };
        let peer = Peer {
            host: details.uri.host().ok_or_else(no_host)?,
            port: details.uri.port_u16().unwrap_or(default_port),
            loopback_only: self.loopback_only,
        };
        Socket::connect(&peer, deadline, &self.cancellation)
    }
}

/// What is left of the time for connecting, which is counted from its start.
pub(super) fn time_left(details: &ConnectionDetails) -> NextTimeout {
    let spent = match details.now {
        time::Instant::Exact(start) => start.elapsed(),
        _ => Duration::ZERO,
    };
    NextTimeout {
        after: details.timeout.after.saturating_sub(spent).into(),
        ..details.timeout
    }
}

pub(super) struct TcpTransport {
    socket: Socket,
    buffers: LazyBuffers,
}

/// When our own time is up: ureq's ends later by [`UREQ_ENDS_LATER`].
pub(super) fn deadline(timeout: NextTimeout) -> Deadline {
    Deadline::after(timeout.after.saturating_sub(UREQ_ENDS_LATER))
}

impl Transport for TcpTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let mut output = &self.buffers.output()[..amount];
        while !output.is_empty() {
            let written = self.socket.write(output, deadline(timeout))?;
            output = &output[written..];
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let input = self.buffers.input_append_buf();
        if input.is_empty() {
            return Err(TransportError::header_too_large().into());
        }
        let amount = self.socket.read(input, deadline(timeout))?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.socket.is_open()
    }
}

impl std::fmt::Debug for TcpConnector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TcpConnector")
    }
}

impl std::fmt::Debug for TcpTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TcpTransport")
    }
}
