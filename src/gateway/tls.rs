//! TLS over whatever connection there is. ureq's own connector would parse the trust store anew
//! for every client; this one takes a verifier that the whole process shares.

use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::{ClientConfig, ClientConnection, StreamOwned};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
    TransportAdapter,
};

use super::tcp::time_left;
use super::ureq_error::find_in_io;
use crate::error::Failure;
use crate::net::transport_error::{Kind, Phase, TransportError};
use crate::net::trust::Verifier;
use crate::net::{resolver, tls};

pub(super) struct TlsConnector {
    config: Arc<ClientConfig>,
}

impl TlsConnector {
    pub(super) fn new(verifier: Arc<Verifier>) -> Result<Self, Failure> {
        Ok(Self {
            config: tls::config(verifier)?,
        })
    }

    fn handshake(
        &self,
        details: &ConnectionDetails,
        inner: Box<dyn Transport>,
    ) -> Result<StreamOwned<ClientConnection, TransportAdapter>, ureq::Error> {
        let host = details.uri.host().unwrap_or_default();
        let mut conn = tls::connection(&self.config, host, "base_url")?;
        let mut sock = TransportAdapter::new(inner, details.current_time.clone());
        sock.set_timeout(time_left(details));
        if let Err(error) = conn.complete_io(&mut sock) {
            let error = match find_in_io(&error) {
                Some(found) => found.clone().in_phase(Phase::Handshake),
                None => tls::handshake_error(&error, "base_url"),
            };
            // Another host may have the address by now.
            if error.kind != Kind::Cancelled {
                resolver::doubt(host);
            }
            return Err(error.into());
        }
        Ok(StreamOwned { conn, sock })
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
        let stream = self.handshake(details, Box::new(inner))?;
        let buffers = LazyBuffers::new(
            details.config.input_buffer_size(),
            details.config.output_buffer_size(),
        );
        Ok(Some(Either::B(TlsTransport { stream, buffers })))
    }
}

pub(super) struct TlsTransport {
    stream: StreamOwned<ClientConnection, TransportAdapter>,
    buffers: LazyBuffers,
}

impl Transport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let output = &self.buffers.output()[..amount];
        Ok(self.stream.write_all(output)?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let input = self.buffers.input_append_buf();
        if input.is_empty() {
            return Err(TransportError::header_too_large().into());
        }
        let amount = match self.stream.read(input) {
            Ok(amount) => amount,
            // The peer closed TCP without closing TLS first. Whether something is missing is for
            // HTTP's own framing to say.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => 0,
            Err(error) => return Err(error.into()),
        };
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.sock.get_mut().is_open()
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
