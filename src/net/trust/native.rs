//! The certificate authorities that the system trusts, if they are in no files: macOS, Windows.

use std::hash::Hash;

use super::SystemCertificates;
use crate::sys;

/// No file tells that they have changed. To read those of macOS takes a tenth of a second.
pub(super) fn state() -> impl Hash {
    cfg!(windows).then(|| read().certificates)
}

pub(super) fn read() -> SystemCertificates {
    // It would read them, and they are the caller's.
    let mut named = ["SSL_CERT_FILE", "SSL_CERT_DIR"].into_iter();
    let named = named.find(|name| sys::is_privileged() && std::env::var_os(name).is_some());
    if let Some(name) = named {
        let why = format!(
            "{name} is set, and this program runs with more rights than its caller: unset it"
        );
        return SystemCertificates {
            first_error: Some(why),
            ..SystemCertificates::default()
        };
    }
    let loaded = rustls_native_certs::load_native_certs();
    SystemCertificates {
        certificates: loaded.certs,
        first_error: loaded.errors.first().map(ToString::to_string),
        ..SystemCertificates::default()
    }
}
