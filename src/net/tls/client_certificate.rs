//! Certificates of clients, of which this library has none: the gateway knows clients by their
//! credentials.

use std::cell::Cell;
use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;

/// Answers a server's request for a certificate with none, and remembers that there was one: what
/// the server says when it refuses that is not always plain.
#[derive(Debug)]
pub(super) struct NoClientCertificate;

thread_local! {
    /// A handshake stays on its thread, and one resolver serves all handshakes.
    static REQUESTED: Cell<bool> = const { Cell::new(false) };
}

impl NoClientCertificate {
    pub(super) fn forget_request() {
        REQUESTED.set(false);
    }

    /// Whether a server has asked for a certificate since.
    pub(super) fn was_requested() -> bool {
        REQUESTED.get()
    }
}

impl ResolvesClientCert for NoClientCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        REQUESTED.set(true);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}
