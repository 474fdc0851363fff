//! The certificate authorities that the system trusts, on Unix: as OpenSSL finds them.
//!
//! macOS and Windows keep theirs elsewhere: native.rs.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;

use super::{FileState, SystemCertificates, pem, read_file};
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
        let variable = |name| (!sys::is_privileged()).then(|| std::env::var_os(name));
        Self::of(
            variable("SSL_CERT_FILE").flatten(),
            variable("SSL_CERT_DIR").flatten(),
        )
    }

    /// Each variable takes the place of its own half of what the system has. An empty one is unset.
    fn of(file: Option<OsString>, directories: Option<OsString>) -> Self {
        let not_empty = |path: &PathBuf| !path.as_os_str().is_empty();
        let named = file.map(PathBuf::from).filter(not_empty);
        let directories: Vec<_> = std::env::split_paths(&directories.unwrap_or_default())
            .filter(not_empty)
            .collect();
        let bundle = || BUNDLES.iter().map(PathBuf::from).find(|p| p.is_file());
        let are_systems = directories.is_empty();
        Self {
            file_has_all: named.is_none() && are_systems,
            file: named.or_else(bundle),
            directories: match are_systems {
                true => DIRECTORIES.iter().map(PathBuf::from).collect(),
                false => directories,
            },
        }
    }

    /// The directories are left for later if the file has certificates, and unread if it has all. A
    /// bundle of the system may be empty or broken.
    fn read(self) -> SystemCertificates {
        let mut reading = Reading::default();
        if let Some(file) = &self.file {
            reading.file(file);
        }
        if reading.found.certificates.is_empty() {
            reading.directories(&self.directories);
        } else if !self.file_has_all {
            reading.found.directories = self.directories;
        }
        reading.found
    }
}

pub(super) type State = Vec<(FileState, PathBuf)>;

pub(super) fn state() -> State {
    let sources = Sources::find();
    let paths = sources.file.into_iter().chain(sources.directories);
    paths.map(|path| (super::state(&path), path)).collect()
}

pub(super) fn read() -> SystemCertificates {
    Sources::find().read()
}

pub(super) fn read_directories(directories: &[PathBuf]) -> Vec<CertificateDer<'static>> {
    let mut reading = Reading::default();
    reading.directories(directories);
    reading.found.certificates
}

#[derive(Default)]
struct Reading {
    found: SystemCertificates,
    /// Device and inode: in a directory several links lead to one file.
    files: HashSet<(u64, u64)>,
}

impl Reading {
    fn directories(&mut self, directories: &[PathBuf]) {
        for directory in directories {
            match std::fs::read_dir(directory) {
                Ok(entries) => entries.flatten().for_each(|entry| self.file(&entry.path())),
                Err(error) => self.failed(directory, &error),
            }
        }
    }

    fn file(&mut self, path: &Path) {
        if let Err(error) = self.try_file(path) {
            self.failed(path, &error);
        }
    }

    fn try_file(&mut self, path: &Path) -> std::io::Result<()> {
        use std::os::unix::fs::MetadataExt;
        let metadata = std::fs::metadata(path)?;
        // Whatever else may be there: a fifo would hold the reader for ever.
        if metadata.is_file() && self.files.insert((metadata.dev(), metadata.ino())) {
            let text = read_file(path)?;
            let certificates = pem::certificates(&text).flatten();
            self.found.certificates.extend(certificates);
        }
        Ok(())
    }

    fn failed(&mut self, path: &Path, error: &std::io::Error) {
        let text = || format!("{} cannot be read ({error})", path.display());
        self.found.first_error.get_or_insert_with(text);
    }
}

#[cfg(test)]
mod tests;
