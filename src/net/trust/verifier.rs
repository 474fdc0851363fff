//! Verifier: checks the gateway's certificate against the trusted authorities.

use std::path::PathBuf;
use std::sync::Arc;

use once_cell::race::OnceBox;
use rustls::CertificateError::{self, BadSignature, UnknownIssuer};
use rustls::Error::{self, InvalidCertificate};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme};
use webpki::EndEntityCert;

use super::{SystemCertificates, der};

/// Checks as the TLS library's own verifier does, with its own functions, with one thing more:
/// directories of authorities are read only when those at hand did not sign the certificate. That
/// costs as much as a handshake, and adds nothing if the bundle beside them has the issuer.
/// OpenSSL reads its directories as late.
#[derive(Debug)]
pub(crate) struct Verifier {
    roots: RootCertStore,
    pub(super) directories: Vec<PathBuf>,
    /// Whether the system fetches an authority when a program of its own first needs it.
    pub(super) are_fetched_late: bool,
    /// `roots`, and the authorities of the directories, once they were needed.
    all_roots: OnceBox<RootCertStore>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn new(roots: RootCertStore) -> Self {
        Self {
            roots,
            directories: Vec::new(),
            are_fetched_late: false,
            all_roots: OnceBox::new(),
            algorithms: ring::default_provider().signature_verification_algorithms,
        }
    }

    fn all_roots(&self) -> &RootCertStore {
        self.all_roots.get_or_init(|| {
            let (mut roots, mut more) = (self.roots.clone(), SystemCertificates::default());
            more.add_directories(&self.directories);
            roots.add_parsable_certificates(more.certificates);
            Box::new(roots)
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
        // The first is the server's own, which may have signed itself. Another that issued nothing but
        // itself is beside the others, and not above them.
        let has_issued = |name: &[u8]| {
            let mut sent = sent.iter().enumerate();
            sent.any(|(at, c)| c.issuer() == name && (at == 0 || c.subject() != name))
        };
        let is_short = |name: &[u8], key: &[u8]| der::is_short_rsa_key(key) && has_issued(name);
        let mut roots = self.all_roots().roots.iter();
        roots.any(|root| is_short(&root.subject, &root.subject_public_key_info))
            || sent
                .iter()
                .any(|c| is_short(c.subject(), &c.subject_public_key_info()))
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
        let issuers: Vec<_> = issuers.cloned().collect();
        let algorithms = self.algorithms.all;
        let signed_by = |issuers: &[CertificateDer<'_>]| {
            let by = |roots| {
                let issued = &certificate;
                verify_server_cert_signed_by_trust_anchor(issued, roots, issuers, now, algorithms)
            };
            by(&self.roots).or_else(|_| by(self.all_roots()))
        };
        signed_by(&issuers).map_err(|_| {
            // Without those whose keys are not for it the reason would be that one is missing.
            match signed_by(intermediates) {
                Ok(()) => BrokenRule::KeyUsage.into(),
                Err(InvalidCertificate(UnknownIssuer)) if self.are_fetched_late => {
                    BrokenRule::NotFetched.into()
                }
                Err(InvalidCertificate(BadSignature))
                    if self.is_below_short_rsa_key(end_entity, intermediates) =>
                {
                    BrokenRule::ShortRsaKey.into()
                }
                Err(error) => error,
            }
        })?;
        verify_server_name(&certificate, server_name)?;
        // Such a key signs the handshake next. The TLS library would only call that signature wrong.
        if der::is_short_rsa_key(&certificate.subject_public_key_info()) {
            return Err(BrokenRule::ShortRsaKey.into());
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

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
