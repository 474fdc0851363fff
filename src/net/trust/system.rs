//! The certificate authorities that the system trusts, on Unix: as OpenSSL finds them.
//!
//! macOS and Windows keep theirs elsewhere: native.rs.

use std::ffi::OsString;
use std::hash::Hash;
use std::path::PathBuf;

use super::{SystemCertificates, file_state};
use crate::sys;

/// Where Debian, Fedora (before and from 44), SUSE, NixOS, Alpine, the BSDs and Nix elsewhere keep all
/// of the system's authorities in one file. The several hundred single files beside it hold the same.
const BUNDLES: [&str; 8] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
    "/nix/var/nix/profiles/default/etc/ssl/certs/ca-bundle.crt",
];

/// Where systems without such a file keep single files.
const DIRECTORIES: [&str; 3] = ["/etc/ssl/certs", "/etc/pki/tls/certs", "/etc/certs"];

/// Where the authorities are looked for.
struct Sources {
    file: Option<PathBuf>,
    directories: Vec<PathBuf>,
    /// Whether the directories hold nothing that the file does not.
    file_has_all: bool,
}

impl Sources {
    /// SSL_CERT_FILE and SSL_CERT_DIR are OpenSSL's own variables, and every program of the system
    /// takes them. If the caller has fewer rights than the program, its environment must not choose
    /// whom the program trusts.
    fn find() -> Self {
        let variable = |name| std::env::var_os(name).filter(|_| !sys::is_privileged());
        Self::of(variable("SSL_CERT_FILE"), variable("SSL_CERT_DIR"))
    }

    /// Each variable takes the place of its own half of what the system has. An empty one is unset.
    fn of(file: Option<OsString>, directories: Option<OsString>) -> Self {
        let not_empty = |path: &PathBuf| !path.as_os_str().is_empty();
        let file = file.map(PathBuf::from).filter(not_empty);
        let directories = std::env::split_paths(&directories.unwrap_or_default())
            .filter(not_empty)
            .collect::<Vec<_>>();
        let bundle = || BUNDLES.iter().map(PathBuf::from).find(|p| p.is_file());
        Self {
            file_has_all: file.is_none() && directories.is_empty(),
            file: file.or_else(bundle),
            directories: match directories.is_empty() {
                true => DIRECTORIES.map(PathBuf::from).into(),
                false => directories,
            },
        }
    }

    fn state(self) -> impl Hash {
        let paths = self.file.into_iter().chain(self.directories);
        paths.map(|p| (file_state(&p), p)).collect::<Vec<_>>()
    }

    /// The directories are left for later if the file has certificates, and unread if it has all. A
    /// bundle of the system may be empty or broken.
    fn read(self) -> SystemCertificates {
        let mut found = SystemCertificates::default();
        if let Some(file) = &self.file {
            found.add_file(file);
        }
        if found.certificates.is_empty() {
            found.add_directories(&self.directories);
        } else if !self.file_has_all {
            found.directories = self.directories;
        }
        found
    }
}

pub(super) fn state() -> impl Hash {
    Sources::find().state()
}

pub(super) fn read() -> SystemCertificates {
    Sources::find().read()
}

#[cfg(test)]
mod tests;
