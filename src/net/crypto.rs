//! The cryptography that TLS uses: ring's.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}
