//! The certificate authorities that the system trusts, on Unix: as OpenSSL finds them.
//!
//! macOS and Windows keep theirs elsewhere: native.rs.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;

use super::{SystemCertificates, pem, read_file};
use crate::sys;

/// Where Debian, Fedora, SUSE, Alpine and the BSDs keep all of the system's authorities in one
/// file. Reading it alone spares the several hundred single files beside it, which hold the same.
const BUNDLES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

/// Where systems without such a file keep single files.
const DIRECTORIES: [&str; 3] = ["/etc/ssl/certs", "/etc/pki/tls/certs", "/etc/certs"];

/// Where the authorities are looked for.
struct Sources {
    file: Option<PathBuf>,
    directories: Vec<PathBuf>,
    /// Whether the environment named them: then there are no others.
    named: bool,
}

impl Sources {
    /// SSL_CERT_FILE and SSL_CERT_DIR are OpenSSL's own variables, and every program of the system
    /// takes them. Where the caller has fewer rights than the program, its environment must not
    /// choose whom the program trusts.
    fn find() -> Self {
        let variable = |name| match sys::is_privileged() {
            true => None,
            false => std::env::var_os(name),
        };
        Self::named_by(variable("SSL_CERT_FILE"), variable("SSL_CERT_DIR"))
            .unwrap_or_else(Self::of_this_system)
    }

    fn named_by(file: Option<OsString>, directories: Option<OsString>) -> Option<Self> {
        let directories: Vec<_> = std::env::split_paths(&directories.unwrap_or_default())
            .filter(|path| !path.as_os_str().is_empty())
            .collect();
        (file.is_some() || !directories.is_empty()).then(|| Self {
            file: file.map(PathBuf::from),
            directories,
            named: true,
        })
    }

    fn of_this_system() -> Self {
        let mut bundles = BUNDLES.iter().map(PathBuf::from);
        match bundles.find(|b| b.is_file()) {
            Some(bundle) => Self {
                file: Some(bundle),
                directories: Vec::new(),
                named: false,
            },
            None => Self::without_bundle(),
        }
    }

    fn without_bundle() -> Self {
        Self {
            file: None,
            directories: DIRECTORIES.iter().map(PathBuf::from).collect(),
            named: false,
        }
    }

    /// As they are, or else the single files that may still be there: a bundle may be empty or broken.
    fn read_or_fall_back(self) -> SystemCertificates {
        let named = self.named;
        let found = self.read();
        if found.certificates.is_empty() && !named {
            return Self::without_bundle().read();
        }
        found
    }

    /// The directories are left for later where the file has certificates.
    fn read(self) -> SystemCertificates {
        let mut reading = Reading::default();
        if let Some(file) = &self.file {
            reading.file(file);
        }
        let mut directories = self.directories;
        if reading.certificates.is_empty() {
            directories.iter().for_each(|path| reading.directory(path));
            directories.clear();
        }
        SystemCertificates {
            certificates: reading.certificates,
            directories,
            first_error: reading.first_error,
        }
    }
}

/// What the system's certificates are read from.
pub(super) fn paths() -> Vec<PathBuf> {
    let sources = Sources::find();
    sources
        .file
        .into_iter()
        .chain(sources.directories)
        .collect()
}

pub(super) fn read() -> SystemCertificates {
    Sources::find().read_or_fall_back()
}

pub(super) fn read_directories(directories: &[PathBuf]) -> Vec<CertificateDer<'static>> {
    let mut reading = Reading::default();
    directories.iter().for_each(|path| reading.directory(path));
    reading.certificates
}

#[derive(Default)]
struct Reading {
    certificates: Vec<CertificateDer<'static>>,
    /// Device and inode: in a directory several links lead to one file.
    files: HashSet<(u64, u64)>,
    first_error: Option<String>,
}

impl Reading {
    fn directory(&mut self, directory: &Path) {
        let entries = match std::fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(e) => return self.failed(directory, &e),
        };
        for entry in entries.flatten() {
            self.file(&entry.path());
        }
    }

    fn file(&mut self, path: &Path) {
        use std::os::unix::fs::MetadataExt;
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(e) => return self.failed(path, &e),
        };
        // Whatever else may be there: a fifo would hold the reader for ever.
        if !metadata.is_file() || !self.files.insert((metadata.dev(), metadata.ino())) {
            return;
        }
        match read_file(path) {
            Ok(text) => {
                let certificates = pem::sections(&text).flatten().flat_map(pem::decode);
                self.certificates.extend(certificates);
            }
            Err(e) => self.failed(path, &e),
        }
    }

    fn failed(&mut self, path: &Path, error: &std::io::Error) {
        let text = || format!("{} cannot be read ({error})", path.display());
        self.first_error.get_or_insert_with(text);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "system_tests.rs"]
mod tests;
