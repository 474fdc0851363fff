//! Failures of TLS in words: the rule that failed, and what to do about it.

use rustls::{
    AlertDescription as Alert, CertificateError as C, Error, InvalidMessage, OtherError,
    PeerIncompatible,
};
use webpki::Error as Webpki;

use crate::Phase;
use crate::net::trust::BrokenRule;
use crate::net::{Kind, TransportError};

pub(super) fn untrusted(detail: impl Into<String>) -> TransportError {
    TransportError::new(Phase::Handshake, Kind::Untrusted, detail)
}

/// Why a handshake failed. `option` names the host; `requested` is whether the server asked for a
/// client certificate.
pub(super) fn explain(error: &Error, option: &str, requested: bool) -> TransportError {
    if let Some(refusal) = client_certificate(error, option, requested) {
        return refusal;
    }
    let detail = match error {
        Error::InvalidCertificate(certificate) => &refused(certificate),
        Error::InvalidMessage(
            InvalidMessage::HandshakePayloadTooLarge | InvalidMessage::CertificatePayloadTooLarge,
        ) => "the server sends certificates of more than 64 KiB; tell the server's operator",
        Error::InvalidMessage(_) => {
            "the server does not respond in TLS; check the port of {option}"
        }
        Error::AlertReceived(Alert::HandshakeFailure | Alert::InsufficientSecurity) => {
            "the server and this library have no cipher suite, curve or kind of key in common; \
             tell the server's operator"
        }
        Error::AlertReceived(Alert::ProtocolVersion)
        | Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13) => {
            "the server speaks neither TLS 1.2 nor TLS 1.3; tell the server's operator"
        }
        Error::AlertReceived(Alert::NoApplicationProtocol) => {
            "the server does not offer HTTP/1.1 (ALPN); check the port of {option}"
        }
        Error::AlertReceived(Alert::UnrecognisedName) => {
            "the server does not know this host name; check {option}"
        }
        _ => "no agreement on TLS; the server may be too old or too strict",
    };
    let failure = untrusted(detail.replace("{option}", option));
    match error {
        // Lists of numbers, which say no more than the rule does.
        Error::InvalidCertificate(
            C::UnsupportedSignatureAlgorithmContext { .. }
            | C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. },
        ) => failure,
        Error::InvalidCertificate(C::Other(other)) => failure.with_peer_text(other),
        _ => failure.with_peer_text(error),
    }
}

/// Whether the server refuses a client that has no certificate. Some servers say so; the others
/// have asked for one, and then send one of the alerts about certificates and handshakes.
pub(super) fn client_certificate(
    error: &Error,
    option: &str,
    requested: bool,
) -> Option<TransportError> {
    let refused = match error {
        Error::AlertReceived(Alert::CertificateRequired) => true,
        Error::AlertReceived(
            Alert::AccessDenied
            | Alert::BadCertificate
            | Alert::CertificateUnknown
            | Alert::HandshakeFailure
            | Alert::NoCertificate
            | Alert::UnknownCA
            | Alert::UnsupportedCertificate,
        ) => requested,
        _ => false,
    };
    refused.then(|| {
        let detail = match option {
            "cache" => {
                "the server demands a client certificate that it accepts; check \
                 cache_client_certificate and cache_client_key"
            }
            _ => {
                "the server demands a client certificate, which this library has no option for; have \
                 the gateway's operator let this client in by its credentials alone"
            }
        };
        untrusted(detail).with_peer_text(error)
    })
}

fn refused(error: &C) -> String {
    let why = match error {
        C::UnknownIssuer => {
            "its issuer is not trusted; check option ca, whether the server sends its intermediate \
             certificates, and whether something on the way intercepts TLS"
        }
        C::Expired | C::ExpiredContext { .. } => {
            "it has expired; check this machine's clock, then tell the server's operator"
        }
        C::NotValidYet | C::NotValidYetContext { .. } => {
            "it is not valid yet; check this machine's clock, then tell the server's operator"
        }
        C::NotValidForName | C::NotValidForNameContext { .. } => {
            "it is not for this host name; check {option}, and whether something on the way \
             intercepts TLS"
        }
        C::BadSignature => {
            "a signature does not match its key, so that it is damaged or forged; check option ca, \
             and whether something on the way intercepts TLS"
        }
        C::Other(other) if matches!(other.0.downcast_ref(), Some(BrokenRule::NotFetched)) => {
            "its issuer is not trusted; Windows fetches an authority when its own programs first \
             need it: open the server's URL with curl.exe or a browser on this machine once, or set \
             ca to mozilla"
        }
        _ => &format!("{}; tell the server's operator", broken_rule(error)),
    };
    format!("the server's certificate is not accepted: {why}")
}

/// The rule that whoever issued the certificate has not kept.
fn broken_rule(error: &C) -> &'static str {
    match error {
        C::UnsupportedSignatureAlgorithmContext { .. } => {
            "it, or one of its issuers, is signed by an algorithm that is too weak (SHA-1, say) or \
             not supported"
        }
        C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "it, or one of its issuers, is signed with a kind of key that is not supported (RSA, \
             P-256, P-384 and Ed25519 are)"
        }
        C::InvalidPurpose | C::InvalidPurposeContext { .. } => {
            "it is not for servers (extended key usage)"
        }
        // The rules that rustls has no names for: our own, and webpki's.
        C::Other(OtherError(other)) => match (other.downcast_ref(), other.downcast_ref()) {
            (Some(BrokenRule::ShortRsaKey), _) => {
                "an RSA key, its own or that of an authority above it, is shorter than 2048 bits"
            }
            (Some(BrokenRule::KeyUsage), _) => {
                "the key of one of its issuers is not for signing certificates (key usage)"
            }
            (_, Some(Webpki::CaUsedAsEndEntity)) => {
                "it is an authority's own (CA:TRUE) and not one that an authority issued to a server"
            }
            (_, Some(Webpki::EndEntityUsedAsCa)) => {
                "one of its issuers is not a certificate authority (CA:FALSE)"
            }
            (_, Some(Webpki::PathLenConstraintViolated | Webpki::MaximumPathDepthExceeded)) => {
                "more authorities stand between it and a trusted one than are allowed (path length)"
            }
            (_, Some(Webpki::NameConstraintViolation)) => {
                "one of its issuers must not issue it for this name (name constraints)"
            }
            (_, Some(Webpki::UnsupportedCriticalExtension)) => {
                "it, or one of its issuers, has a critical extension that is not supported"
            }
            (_, Some(Webpki::UnsupportedCertVersion)) => "it is not of X.509 version 3",
            _ => "it breaks a rule",
        },
        _ => "it breaks a rule",
    }
}

#[cfg(test)]
mod tests;
