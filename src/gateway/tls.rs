//! TLS over whatever connection there is. ureq's own connector would parse the trust store anew
//! for every client; this one takes a verifier that the whole process shares.

use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::Stream;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
    TransportAdapter,
};

use super::tcp::time_left;
use super::ureq_error::find_in_io;
use crate::error::Failure;
use crate::net::tls::{Connected, TlsClient};
use crate::net::transport_error::{Kind, Phase, TransportError};
use crate::net::trust::Verifier;

pub(super) struct TlsConnector(TlsClient);

impl TlsConnector {
    pub(super) fn new(verifier: Arc<Verifier>) -> Result<Self, Failure> {
        Ok(Self(TlsClient::new(
            verifier,
            Some("http/1.1"),
            "base_url",
        )?))
    }
}

impl<In: Transport> Connector<In> for TlsConnector {
    type Out = Either<In, TlsTransport>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let Some(inner) = chained else {
            return Ok(None);
        };
        if !details.needs_tls() {
            return Ok(Some(Either::A(inner)));
        }
        let inner: Box<dyn Transport> = Box::new(inner);
        let mut socket = TransportAdapter::new(inner, details.current_time.clone());
        socket.set_timeout(time_left(details));
        let host = details.uri.host().unwrap_or_default();
        let connected = self.0.connect(host, &mut socket, find_in_io)?;
        let buffers = LazyBuffers::new(
            details.config.input_buffer_size(),
            details.config.output_buffer_size(),
        );
        Ok(Some(Either::B(TlsTransport {
            connected,
            socket,
            buffers,
            failure: None,
        })))
    }
}

pub(super) struct TlsTransport {
    connected: Connected,
    socket: TransportAdapter,
    buffers: LazyBuffers,
    /// What the connection ended with, for when all is read that came before.
    failure: Option<io::Error>,
}

impl TlsTransport {
    /// Reads into the input buffer, which has room.
    fn read(&mut self) -> io::Result<usize> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let input = self.buffers.input_append_buf();
        let connection = &mut self.connected.connection;
        let amount = match Stream::new(connection, &mut self.socket).read(input) {
            Ok(amount) => amount,
            Err(failure) => match connection.reader().read(input) {
                Ok(amount @ 1..) => {
                    self.failure = Some(failure);
                    amount
                }
                _ => return Err(failure),
            },
        };
        self.buffers.input_appended(amount);
        Ok(amount)
    }

    fn failed(&mut self, error: io::Error) -> ureq::Error {
        match self.connected.refusal(&error, &mut self.socket) {
            Some(refusal) => refusal.into(),
            None => error.into(),
        }
    }
}

impl Transport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.socket.set_timeout(timeout);
        let output = &self.buffers.output()[..amount];
        let mut stream = Stream::new(&mut self.connected.connection, &mut self.socket);
        let sent = stream.write_all(output);
        sent.map_err(|e| self.failed(e))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.socket.set_timeout(timeout);
        if self.buffers.input_append_buf().is_empty() {
            return Err(TransportError::header_too_large().into());
        }
        match self.read() {
            Ok(amount) => Ok(amount > 0),
            // Anyone on the way can close TCP: what has no other end is cut off (RFC 9112, 9.8).
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                let detail = "the server closed the connection without closing TLS first \
                              (close_notify), so that something may be missing; try again";
                Err(TransportError::new(Phase::Read, Kind::ConnectionLost, detail).into())
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    fn is_open(&mut self) -> bool {
        self.failure.is_none() && self.socket.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl std::fmt::Debug for TlsConnector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsConnector")
    }
}

impl std::fmt::Debug for TlsTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsTransport")
    }
}

#[cfg(all(test, not(loom)))]
#[path = "tls_tests.rs"]
mod tests;
