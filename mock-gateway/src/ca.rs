//! A certificate authority that lives as long as one gateway.

use crate::Error;
use crate::token::uuid;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ServerConfig, version};

/// What the server's certificate is like: all but the first must be refused by a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServerCertificate {
    /// For localhost, 127.0.0.1, ::1 and gateway.test.
    #[default]
    Valid,
    /// Ended yesterday.
    Expired,
    /// Begins tomorrow.
    NotYetValid,
    /// For elsewhere.invalid alone.
    OtherName,
    /// Signed by a second authority that nobody is given.
    UnknownAuthority,
}

pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
}

impl Authority {
    pub(crate) fn new() -> Result<Self, Error> {
        let mut params = CertificateParams::default();
        // Two authorities of one name would be taken for each other: "bad signature" and not
        // "unknown issuer" is what a client would then say.
        let name = format!("Mock gateway test CA {}", uuid());
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_before = OffsetDateTime::now_utc() - Duration::days(30);
        params.not_after = OffsetDateTime::now_utc() + Duration::days(30);
        let key = KeyPair::generate()?;
        let pem = params.self_signed(&key)?.pem();
        Ok(Self {
            issuer: Issuer::new(params, key),
            pem,
        })
    }

    pub(crate) fn server(
        &self,
        kind: ServerCertificate,
        tls12_only: bool,
    ) -> Result<Arc<ServerConfig>, Error> {
        let names: &[&str] = match kind {
            ServerCertificate::OtherName => &["elsewhere.invalid"],
            _ => &["localhost", "127.0.0.1", "::1", "gateway.test"],
        };
        let mut params =
            CertificateParams::new(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>())?;
        params.distinguished_name.push(DnType::CommonName, names[0]);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let (begin, end) = match kind {
            ServerCertificate::Expired => (-20, -1),
            ServerCertificate::NotYetValid => (1, 20),
            _ => (-1, 20),
        };
        params.not_before = OffsetDateTime::now_utc() + Duration::days(begin);
        params.not_after = OffsetDateTime::now_utc() + Duration::days(end);
        let key = KeyPair::generate()?;
        let certificate = match kind {
            ServerCertificate::UnknownAuthority => params.signed_by(&key, &Self::new()?.issuer)?,
            _ => params.signed_by(&key, &self.issuer)?,
        };
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let versions: &[_] = if tls12_only {
            &[&version::TLS12]
        } else {
            &[&version::TLS13, &version::TLS12]
        };
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(versions)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}
