//! Verifier: checks the gateway's certificate against the trusted authorities.

use std::path::PathBuf;
use std::sync::Arc;

use once_cell::race::OnceBox;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};
use webpki::EndEntityCert;

use super::{der, system};

/// Checks as the TLS library's own verifier does, with its own functions, with one thing more:
/// directories of authorities are read only when those at hand did not sign the certificate. That
/// costs as much as a handshake, and adds nothing if the bundle beside them has the issuer.
/// OpenSSL reads its directories as late.
#[derive(Debug)]
pub(crate) struct Verifier {
    roots: RootCertStore,
    directories: Vec<PathBuf>,
    /// Whether the system fetches an authority when a program of its own first needs it.
    are_fetched_late: bool,
    /// Those of the directories, once they were needed.
    more_roots: OnceBox<RootCertStore>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn new(
        roots: RootCertStore,
        directories: Vec<PathBuf>,
        are_fetched_late: bool,
    ) -> Self {
        Self {
            roots,
            directories,
            are_fetched_late,
            more_roots: OnceBox::new(),
            algorithms: ring::default_provider().signature_verification_algorithms,
        }
    }

    fn more_roots(&self) -> &RootCertStore {
        self.more_roots.get_or_init(|| {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(system::read_directories(&self.directories));
            Box::new(roots)
        })
    }

    fn signed(
        &self,
        certificate: &ParsedCertificate<'_>,
        issuers: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        let algorithms = self.algorithms.all;
        let by = |roots: &RootCertStore| {
            verify_server_cert_signed_by_trust_anchor(certificate, roots, issuers, now, algorithms)
        };
        by(&self.roots).or_else(|first| {
            // Of two reasons the one from whoever knew the issuer.
            let is_unknown = first == UNKNOWN_ISSUER;
            by(self.more_roots()).map_err(|second| if is_unknown { second } else { first })
        })
    }

    /// Whether an authority that has issued one of these certificates has such a key.
    fn is_below_short_rsa_key(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
    ) -> bool {
        let sent: Vec<_> = std::iter::once(end_entity)
            .chain(intermediates)
            .filter_map(|der| EndEntityCert::try_from(der).ok())
            .collect();
        // One that was issued by itself alone is beside the others.
        let has_issued = |name: &[u8]| {
            let mut issued = sent.iter().filter(|c| c.issuer() == name);
            issued.any(|c| c.subject() != name)
        };
        let mut roots = self.roots.roots.iter().chain(&self.more_roots().roots);
        roots.any(|root| is_short(&root.subject_public_key_info) && has_issued(&root.subject))
            || sent.iter().any(|authority| {
                is_short(&authority.subject_public_key_info()) && has_issued(authority.subject())
            })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let certificate = ParsedCertificate::try_from(end_entity)?;
        // Webpki does not look at the key usage of issuers.
        let issuers = intermediates.iter().filter(|issuer| der::may_issue(issuer));
        let issuers: Vec<_> = issuers.map(|der| CertificateDer::from(&**der)).collect();
        if self.signed(&certificate, &issuers, now).is_err() {
            // Without those whose keys are not for it the reason would be that one is missing.
            let error = match self.signed(&certificate, intermediates, now) {
                Ok(()) => BrokenRule::KeyUsage.into(),
                Err(error) if error == UNKNOWN_ISSUER && self.are_fetched_late => {
                    BrokenRule::NotFetched.into()
                }
                Err(error) => error,
            };
            let is_short =
                error == BAD_SIGNATURE && self.is_below_short_rsa_key(end_entity, intermediates);
            return Err(if is_short {
                BrokenRule::ShortRsaKey.into()
            } else {
                error
            });
        }
        verify_server_name(&certificate, server_name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
            .map_err(|error| of_handshake(error, certificate))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
            .map_err(|error| of_handshake(error, certificate))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

const BAD_SIGNATURE: Error = Error::InvalidCertificate(CertificateError::BadSignature);
const UNKNOWN_ISSUER: Error = Error::InvalidCertificate(CertificateError::UnknownIssuer);

/// A rule that the TLS library does not name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BrokenRule {
    /// That a signature does not match is all that it says.
    ShortRsaKey,
    /// The key of an issuer may not sign certificates.
    KeyUsage,
    /// The issuer is unknown, maybe because Windows has not fetched it yet.
    NotFetched,
}

impl std::fmt::Display for BrokenRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for BrokenRule {}

impl From<BrokenRule> for Error {
    fn from(rule: BrokenRule) -> Self {
        CertificateError::Other(OtherError(Arc::new(rule))).into()
    }
}

fn of_handshake(error: Error, certificate: &CertificateDer<'_>) -> Error {
    let key = ParsedCertificate::try_from(certificate).map(|c| c.subject_public_key_info());
    match key {
        Ok(key) if error == BAD_SIGNATURE && is_short(&key) => BrokenRule::ShortRsaKey.into(),
        _ => error,
    }
}

fn is_short(key: &[u8]) -> bool {
    der::rsa_bits(key).is_some_and(|bits| bits < 2048)
}
