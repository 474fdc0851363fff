//! The certificate authorities that the system trusts, where they are in no files: on macOS and
//! Windows.

use std::path::PathBuf;

use rustls::pki_types::CertificateDer;

use super::SystemCertificates;
use crate::sys;

pub(super) type State = Vec<CertificateDer<'static>>;

/// No file tells that they have changed. To read those of macOS takes a tenth of a second.
pub(super) fn state() -> State {
    if cfg!(windows) {
        read().certificates
    } else {
        Vec::new()
    }
}

pub(super) fn read() -> SystemCertificates {
    // It would read them, and they are the caller's.
    let named = ["SSL_CERT_FILE", "SSL_CERT_DIR"];
    if let Some(name) = named.iter().find(|name| std::env::var_os(name).is_some()) {
        if sys::is_privileged() {
            let why = format!(
                "{name} is set, and this program runs with more rights than its caller: unset it"
            );
            return SystemCertificates {
                first_error: Some(why),
                ..SystemCertificates::default()
            };
        }
    }
    let loaded = rustls_native_certs::load_native_certs();
    SystemCertificates {
        certificates: loaded.certs,
        directories: Vec::new(),
        first_error: loaded.errors.first().map(ToString::to_string),
    }
}

pub(super) fn read_directories(_: &[PathBuf]) -> Vec<CertificateDer<'static>> {
    Vec::new()
}
