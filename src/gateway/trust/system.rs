//! The certificate authorities that the system trusts, on Unix: as OpenSSL finds them.
//!
//! macOS and Windows keep theirs elsewhere: see `parse` in the file above.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;

use super::{pem, read_file};
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
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Sources {
    pub(super) file: Option<PathBuf>,
    pub(super) directories: Vec<PathBuf>,
    /// Whether the environment named them: then there are no others.
    pub(super) named: bool,
}

impl Sources {
    /// SSL_CERT_FILE and SSL_CERT_DIR are OpenSSL's own variables, and every program of the system
    /// takes them. Where the caller has fewer rights than the program, its environment must not
    /// choose whom the program trusts.
    pub(super) fn find() -> Self {
        if !sys::is_privileged() {
            let file = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
            let directories = std::env::var_os("SSL_CERT_DIR").unwrap_or_default();
            let directories: Vec<_> = std::env::split_paths(&directories)
                .filter(|path| !path.as_os_str().is_empty())
                .collect();
            if file.is_some() || !directories.is_empty() {
                return Self {
                    file,
                    directories,
                    named: true,
                };
            }
        }
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

    pub(super) fn without_bundle() -> Self {
        Self {
            file: None,
            directories: DIRECTORIES.iter().map(PathBuf::from).collect(),
            named: false,
        }
    }

    /// Every certificate that can be read, each once, and the first reason why one could not.
    pub(super) fn read(&self) -> (Vec<CertificateDer<'static>>, Option<String>) {
        let mut reading = Reading::default();
        if let Some(file) = &self.file {
            reading.file(file);
        }
        for directory in &self.directories {
            reading.directory(directory);
        }
        (reading.certificates, reading.first_error)
    }
}

/// How much of a section's end tells it from others; a certificate is far longer.
const END: usize = 48;

#[derive(Default)]
struct Reading {
    certificates: Vec<CertificateDer<'static>>,
    /// Sections as they stood in their files, by their ends: a directory repeats what the bundle
    /// has. The end is a part of the signature, and so no two certificates have the same.
    sections: HashMap<[u8; END], Vec<u8>>,
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
        let text = match read_file(path) {
            Ok(text) => text,
            Err(e) => return self.failed(path, &e),
        };
        for section in pem::sections(&text).flatten() {
            let Some(end) = section.last_chunk() else {
                continue;
            };
            if self.sections.get(end).is_none_or(|seen| seen != section) {
                self.sections.insert(*end, section.to_vec());
                self.certificates.extend(pem::decode(section));
            }
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
