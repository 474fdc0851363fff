//! TLS over whatever connection there is. ureq's own connector would parse the trust store anew
//! for every client; this one takes a verifier that the whole process shares.

use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig, ClientConnection, StreamOwned};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
    TransportAdapter,
};

use super::crypto;
use super::resolver;
use super::tcp::time_left;
use super::transport_error::{Kind, Phase, TransportError, find_in_io};
use super::trust::Verifier;
use crate::error::Failure;

/// A client speaks to one host, and perhaps to one proxy over TLS.
const SESSIONS: usize = 4;

pub(super) struct TlsConnector {
    config: Arc<ClientConfig>,
}

impl TlsConnector {
    pub(super) fn new(verifier: Arc<Verifier>) -> Result<Self, Failure> {
        let mut config = ClientConfig::builder_with_provider(crypto::provider())
            .with_safe_default_protocol_versions()
            .map_err(|e| Failure::internal(&format!("TLS cannot be set up ({e})")))?
            // Rustls names it so because a verifier could accept anything: see the one of trust.rs.
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        config.resumption = Resumption::in_memory_sessions(SESSIONS);
        Ok(Self {
            config: Arc::new(config),
        })
    }

    fn handshake(
        &self,
        details: &ConnectionDetails,
        inner: Box<dyn Transport>,
    ) -> Result<StreamOwned<ClientConnection, TransportAdapter>, ureq::Error> {
        let host = details.uri.host().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(bare.to_owned())
            .map_err(|_| untrusted("the host name cannot be in a certificate; check base_url"))?;
        let mut conn =
            ClientConnection::new(Arc::clone(&self.config), name).map_err(|e| explain(&e))?;
        let mut sock = TransportAdapter::new(inner, details.current_time.clone());
        sock.set_timeout(time_left(details));
        if let Err(error) = conn.complete_io(&mut sock) {
            let error = handshake_error(&error);
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

fn untrusted(detail: &str) -> TransportError {
    TransportError::new(Phase::Handshake, Kind::Untrusted, detail)
}

fn handshake_error(error: &io::Error) -> TransportError {
    if let Some(found) = find_in_io(error) {
        return found.clone().in_phase(Phase::Handshake);
    }
    match error.get_ref().and_then(|e| e.downcast_ref()) {
        Some(tls) => explain(tls),
        None => TransportError::new(
            Phase::Handshake,
            Kind::ConnectionLost,
            format!("the server ended it ({error}); it may be overloaded, or not speak TLS"),
        ),
    }
}

/// The rule that failed and what to do, for the failures that people meet.
fn explain(error: &rustls::Error) -> TransportError {
    use rustls::Error as E;
    let (rule, advice) = match error {
        E::InvalidCertificate(certificate) => match certificate {
            CertificateError::UnknownIssuer => (
                "its issuer is not trusted",
                "check option ca, and whether something on the way intercepts TLS",
            ),
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
                "it has expired",
                "check this machine's clock, then tell the server's operator",
            ),
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                ("it is not valid yet", "check this machine's clock")
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                (
                    "it is not for this host name",
                    "check base_url, and whether something on the way intercepts TLS",
                )
            }
            CertificateError::Revoked => ("it was revoked", "tell the server's operator"),
            _ => ("it breaks a rule", "tell the server's operator"),
        },
        E::InvalidMessage(_) => {
            return untrusted("the server does not respond in TLS; check the port of base_url");
        }
        other => {
            let detail = "no agreement on TLS; the server may be too old or too strict";
            return untrusted(detail).with_peer_text(other);
        }
    };
    untrusted(&format!(
        "the server's certificate is not accepted: {rule}; {advice}"
    ))
    .with_peer_text(error)
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
