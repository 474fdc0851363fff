//! TLS as this library speaks it.

mod client_certificate;
mod failure;

use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::client::{ClientSessionMemoryCache, ClientSessionStore, Resumption};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, HandshakeKind};

use self::client_certificate::NoClientCertificate;
use super::transport_error::{Kind, Phase, TransportError};
use super::trust::Verifier;
use super::{crypto, resolver};
use crate::error::Failure;

/// TLS 1.3 sessions are kept by eights: those of one host, and perhaps of one proxy over TLS.
const SESSIONS: usize = 16;

/// What the connections of one client have in common, their sessions among it.
pub(crate) struct TlsClient {
    config: Arc<ClientConfig>,
    verifier: Arc<Verifier>,
    sessions: Arc<ClientSessionMemoryCache>,
    /// The option that names the host, for messages.
    option: &'static str,
}

/// A connection after its handshake.
pub(crate) struct Connected {
    pub(crate) connection: ClientConnection,
    /// Whether the server asked for a certificate of this client, which has none.
    client_certificate_requested: bool,
}

/// The error of this library's own that the socket below put into an I/O error.
pub(crate) type FindOwn = fn(&io::Error) -> Option<&TransportError>;

impl TlsClient {
    /// `protocol` is offered by ALPN, where it has a name there.
    pub(crate) fn new(
        verifier: Arc<Verifier>,
        protocol: Option<&str>,
        option: &'static str,
    ) -> Result<Self, Failure> {
        let mut config = ClientConfig::builder_with_provider(crypto::provider())
            .with_safe_default_protocol_versions()
            .map_err(|e| Failure::internal(&format!("TLS cannot be set up ({e})")))?
            // Rustls names it so because a verifier could accept anything: see the one of trust.rs.
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&verifier) as _)
            .with_client_cert_resolver(Arc::new(NoClientCertificate));
        let sessions = Arc::new(ClientSessionMemoryCache::new(SESSIONS));
        config.resumption = Resumption::store(Arc::clone(&sessions) as _);
        config.alpn_protocols = protocol.iter().map(|name| name.as_bytes().into()).collect();
        Ok(Self {
            config: Arc::new(config),
            verifier,
            sessions,
            option,
        })
    }

    /// The handshake with this host (IPv6 in brackets) over `socket`.
    pub(crate) fn connect(
        &self,
        host: &str,
        socket: &mut (impl Read + Write),
        own: FindOwn,
    ) -> Result<Connected, TransportError> {
        let name = self.server_name(host)?;
        let mut connection = ClientConnection::new(Arc::clone(&self.config), name.clone())
            .map_err(|e| failure::explain(&e, self.option, false))?;
        NoClientCertificate::forget_request();
        let outcome = connection.complete_io(socket);
        let client_certificate_requested = NoClientCertificate::was_requested();
        if let Err(error) = outcome {
            let error = match (tls_error(&error, &mut connection, socket), own(&error)) {
                (Some(tls), _) => failure::explain(&tls, self.option, client_certificate_requested),
                (None, Some(own)) => own.clone().in_phase(Phase::Handshake),
                (None, None) => failure::ended(&error),
            };
            // Another host may have the address by now.
            if error.kind != Kind::Cancelled {
                resolver::doubt(host);
            }
            return Err(error);
        }
        if connection.handshake_kind() == Some(HandshakeKind::Resumed) {
            self.verify_again(&connection, &name)?;
        }
        Ok(Connected {
            connection,
            client_certificate_requested,
        })
    }

    fn server_name(&self, host: &str) -> Result<ServerName<'static>, TransportError> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        ServerName::try_from(bare.to_owned()).map_err(|_| {
            failure::untrusted(format!(
                "the host name cannot be in a certificate; check {}",
                self.option
            ))
        })
    }

    /// Refuses a resumed session whose certificate is no longer valid. A resumption sends none, and
    /// each one begins the next: without this a session would live on after its certificate.
    fn verify_again(
        &self,
        connection: &ClientConnection,
        name: &ServerName<'static>,
    ) -> Result<(), TransportError> {
        let chain = connection.peer_certificates().unwrap_or_default();
        if self.verifier.verify_now(chain, name).is_ok() {
            return Ok(());
        }
        self.sessions.remove_tls12_session(name);
        while self.sessions.take_tls13_ticket(name).is_some() {}
        Err(TransportError::new(
            Phase::Handshake,
            Kind::SessionEnded,
            "the certificate of the resumed session is no longer valid; try again",
        ))
    }
}

impl Connected {
    /// That the server refuses this client for its lack of a certificate, where that is what ended
    /// the connection. In TLS 1.3 a server looks at the client's certificate when the client's part
    /// of the handshake is over, and the request is on its way.
    pub(crate) fn refusal(
        &mut self,
        error: &io::Error,
        socket: &mut impl Read,
    ) -> Option<TransportError> {
        let tls = tls_error(error, &mut self.connection, socket)?;
        failure::client_certificate(&tls, self.client_certificate_requested)
    }
}

/// The TLS library's own error within an I/O error. Where that says that the connection broke, the
/// server may have sent an alert before: who writes to a closed connection learns of its end first.
fn tls_error(
    error: &io::Error,
    connection: &mut ClientConnection,
    socket: &mut impl Read,
) -> Option<rustls::Error> {
    if let Some(tls) = error.get_ref()?.downcast_ref::<rustls::Error>() {
        return Some(tls.clone());
    }
    connection.read_tls(socket).ok()?;
    connection.process_new_packets().err()
}

#[cfg(all(test, not(loom)))]
#[path = "tls_tests.rs"]
mod tests;
