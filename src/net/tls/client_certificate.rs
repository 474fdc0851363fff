//! Certificates of clients: one for a Redis server that demands it, none for the gateway, which knows
//! clients by their credentials.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;

use rustls::client::ResolvesClientCert;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, Error, SignatureScheme};
use zeroize::Zeroizing;

use crate::net::trust;
use crate::pasted;

/// Answers a server's request for a certificate with this, and remembers that there was one: what
/// the server says when it refuses that is not always plain.
#[derive(Debug)]
pub(super) struct ClientCertificate(pub(super) Option<Arc<CertifiedKey>>);

thread_local! {
    /// A handshake stays on its thread, and one resolver serves all handshakes.
    pub(super) static REQUESTED: Cell<bool> = const { Cell::new(false) };
}

impl ResolvesClientCert for ClientCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        REQUESTED.set(true);
        self.0.clone()
    }

    fn has_certs(&self) -> bool {
        self.0.is_some()
    }
}

/// The same with the certificate and the key in these PEM files, as they are now. An error repeats
/// nothing of them.
pub(crate) fn with_client_certificate(
    config: &ClientConfig,
    certificate: &Path,
    key: &Path,
) -> Result<ClientConfig, String> {
    const OPTIONS: [&str; 2] = ["option cache_client_certificate", "option cache_client_key"];
    let read = |option: &str, path: &Path| {
        let shown = path.display();
        let text = trust::read_file(path)
            .map(Zeroizing::new)
            .map_err(|error| {
                format!("{option}: {shown} cannot be read ({error}); check path and mode")
            })?;
        let without_mark = pasted::pem_text(&text).map(|text| Zeroizing::new(text.to_vec()));
        without_mark.map_err(|why| format!("{option}: {shown}: {why}"))
    };
    let has_none = |option: &str, path: &Path, what: &str| {
        format!("{option}: {} holds no {what} in PEM form", path.display())
    };
    let text = read(OPTIONS[0], certificate)?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&text).flatten().collect();
    if chain.is_empty() {
        return Err(has_none(OPTIONS[0], certificate, "certificate"));
    }
    let private = PrivateKeyDer::from_pem_slice(&read(OPTIONS[1], key)?)
        .map_err(|_| has_none(OPTIONS[1], key, "private key that is not encrypted"))?;
    let certified = CertifiedKey::from_der(chain, private, &ring::default_provider());
    let certified = certified.map_err(|error| match error {
        Error::InconsistentKeys(_) => format!("{}: it is another certificate's key", OPTIONS[1]),
        _ => format!("{} or its key cannot be used ({error})", OPTIONS[0]),
    })?;
    let mut config = config.clone();
    config.client_auth_cert_resolver = Arc::new(ClientCertificate(Some(Arc::new(certified))));
    Ok(config)
}
