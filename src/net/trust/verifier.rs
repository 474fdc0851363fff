//! Verifier: checks the gateway's certificate against the trusted authorities.

use std::path::PathBuf;
use std::sync::Arc;

use once_cell::race::OnceBox;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime, alg_id};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};

use super::system;
use crate::net::crypto;

/// Checks as the TLS library's own verifier does, with its own functions, with one thing more:
/// directories of authorities are read only when those at hand did not sign the certificate. That
/// costs as much as a handshake, and adds nothing where the bundle beside them has the issuer.
/// OpenSSL reads its directories as late.
#[derive(Debug)]
pub(crate) struct Verifier {
    roots: RootCertStore,
    directories: Vec<PathBuf>,
    /// Those of the directories, once they were needed.
    more_roots: OnceBox<RootCertStore>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn new(roots: RootCertStore, directories: Vec<PathBuf>) -> Self {
        Self {
            roots,
            directories,
            more_roots: OnceBox::new(),
            algorithms: crypto::provider().signature_verification_algorithms,
        }
    }

    fn more_roots(&self) -> &RootCertStore {
        self.more_roots.get_or_init(|| {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(system::read_directories(&self.directories));
            Box::new(roots)
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
        let signed_by = |roots: &RootCertStore| {
            let algorithms = self.algorithms.all;
            verify_server_cert_signed_by_trust_anchor(
                &certificate,
                roots,
                intermediates,
                now,
                algorithms,
            )
        };
        let certificates = || std::iter::once(end_entity).chain(intermediates);
        let unknown = Error::InvalidCertificate(CertificateError::UnknownIssuer);
        signed_by(&self.roots).or_else(|first| {
            // Of two reasons the one from whoever knew the issuer.
            let reason = |second| if first == unknown { second } else { first };
            signed_by(self.more_roots())
                .map_err(reason)
                .map_err(|e| name_short_rsa_key(e, certificates()))
        })?;
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
            .map_err(|e| name_short_rsa_key(e, [certificate]))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
            .map_err(|e| name_short_rsa_key(e, [certificate]))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Why a signature by such a key is refused; that it does not match is all that webpki says.
#[derive(Debug)]
pub(crate) struct ShortRsaKey;

impl std::fmt::Display for ShortRsaKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShortRsaKey")
    }
}

impl std::error::Error for ShortRsaKey {}

fn name_short_rsa_key<'a>(
    error: Error,
    certificates: impl IntoIterator<Item = &'a CertificateDer<'a>>,
) -> Error {
    let bad_signature = Error::InvalidCertificate(CertificateError::BadSignature);
    if error == bad_signature && certificates.into_iter().any(has_short_rsa_key) {
        return CertificateError::Other(OtherError(Arc::new(ShortRsaKey))).into();
    }
    error
}

fn has_short_rsa_key(certificate: &CertificateDer<'_>) -> bool {
    // The modulus alone of a key of 2048 bits.
    const MIN_BYTES: usize = 2048 / 8;
    let Ok(certificate) = ParsedCertificate::try_from(certificate) else {
        return false;
    };
    let key = certificate.subject_public_key_info();
    let is_rsa = memchr::memmem::find(&key, &alg_id::RSA_ENCRYPTION).is_some();
    is_rsa && key.len() < MIN_BYTES
}
