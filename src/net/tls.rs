//! TLS as this library speaks it, and its failures in words.

use std::io;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig, ClientConnection};

use super::crypto;
use super::transport_error::{Kind, Phase, TransportError};
use super::trust::Verifier;
use crate::error::Failure;

/// A client speaks to one host, and perhaps to one proxy over TLS.
const SESSIONS: usize = 4;

pub(crate) fn config(verifier: Arc<Verifier>) -> Result<Arc<ClientConfig>, Failure> {
    let mut config = ClientConfig::builder_with_provider(crypto::provider())
        .with_safe_default_protocol_versions()
        .map_err(|e| Failure::internal(&format!("TLS cannot be set up ({e})")))?
        // Rustls names it so because a verifier could accept anything: see the one of trust.rs.
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.resumption = Resumption::in_memory_sessions(SESSIONS);
    Ok(Arc::new(config))
}

/// A connection to this host (IPv6 in brackets), which the option names, that has not begun.
pub(crate) fn connection(
    config: &Arc<ClientConfig>,
    host: &str,
    option: &str,
) -> Result<ClientConnection, TransportError> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(bare.to_owned()).map_err(|_| {
        untrusted(&format!(
            "the host name cannot be in a certificate; check {option}"
        ))
    })?;
    ClientConnection::new(Arc::clone(config), name).map_err(|e| explain(&e, option))
}

/// Why a handshake failed, where the connection below has not said so by itself.
pub(crate) fn handshake_error(error: &io::Error, option: &str) -> TransportError {
    match error.get_ref().and_then(|e| e.downcast_ref()) {
        Some(tls) => explain(tls, option),
        None => TransportError::new(
            Phase::Handshake,
            Kind::ConnectionLost,
            format!("the server ended it ({error}); it may be overloaded, or not speak TLS"),
        ),
    }
}

fn untrusted(detail: &str) -> TransportError {
    TransportError::new(Phase::Handshake, Kind::Untrusted, detail)
}

/// The rule that failed and what to do, for the failures that people meet.
fn explain(error: &rustls::Error, option: &str) -> TransportError {
    use rustls::Error as E;
    const INTERCEPTED: &str = "and whether something on the way intercepts TLS";
    let operator = || "tell the server's operator".to_owned();
    let (rule, advice) = match error {
        E::InvalidCertificate(certificate) => match certificate {
            CertificateError::UnknownIssuer => (
                "its issuer is not trusted",
                format!("check option ca, {INTERCEPTED}"),
            ),
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
                "it has expired",
                "check this machine's clock, then tell the server's operator".to_owned(),
            ),
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => (
                "it is not valid yet",
                "check this machine's clock".to_owned(),
            ),
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                (
                    "it is not for this host name",
                    format!("check {option}, {INTERCEPTED}"),
                )
            }
            CertificateError::Revoked => ("it was revoked", operator()),
            _ => ("it breaks a rule", operator()),
        },
        E::InvalidMessage(_) => {
            return untrusted(&format!(
                "the server does not respond in TLS; check the port of {option}"
            ));
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
