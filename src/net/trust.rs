//! The trusted certificate authorities, read and parsed once per process.
//!
//! Parsing the system's takes milliseconds, and a PHP worker makes a client per request. A store
//! is parsed again when what it came from was replaced or changed.

mod der;
mod pem;
#[cfg(all(unix, not(target_vendor = "apple")))]
mod system;
#[cfg(not(all(unix, not(target_vendor = "apple"))))]
#[path = "trust/native.rs"]
mod system;
mod verifier;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::iter::once;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwapOption;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

pub(crate) use self::verifier::{BrokenRule, Verifier};
use super::tls;
use crate::config::Ca;
use crate::{Failure, pasted};

/// More than any bundle (the system's is some 220 KiB), little enough to read by mistake.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

#[derive(Clone)]
struct Parsed {
    ca: Ca,
    /// If it is another one, the store is parsed again.
    state: u64,
    config: Arc<ClientConfig>,
}

/// How many stores are remembered: programs with more than a few are tests.
const REMEMBERED: usize = 8;

/// One for each `ca`, the newest in front.
static STORES: ArcSwapOption<Vec<Parsed>> = ArcSwapOption::const_empty();

/// TLS by the store that `ca` names; refused if that is empty or cannot be read.
pub(crate) fn tls_config(ca: &Ca) -> Result<Arc<ClientConfig>, Failure> {
    let state = state(ca);
    let stores = STORES.load_full().unwrap_or_default();
    if let Some(parsed) = stores.iter().find(|p| p.ca == *ca && p.state == state) {
        return Ok(Arc::clone(&parsed.config));
    }
    let verifier = parse(ca)
        .map_err(|why| Failure::config(format!("option ca: no usable trust store: {why}")))?;
    let config = tls::config(Arc::new(verifier))
        .map_err(|e| Failure::internal(&format!("TLS cannot be set up ({e})")))?;
    let (ca, config) = (ca.clone(), Arc::new(config));
    let parsed = Parsed { ca, state, config };
    STORES.rcu(|stores| {
        let others = stores.iter().flat_map(|stores| stores.iter());
        let all = once(&parsed).chain(others.filter(|p| p.ca != parsed.ca));
        Some(Arc::new(all.take(REMEMBERED).cloned().collect()))
    });
    Ok(parsed.config)
}

/// A number that is another one if what `ca` names has been replaced or changed.
fn state(ca: &Ca) -> u64 {
    let mut state = DefaultHasher::new();
    match ca {
        Ca::System => system::state().hash(&mut state),
        Ca::File(path) => file_state(path).hash(&mut state),
        // A text, which is a part of the option or of the library.
        Ca::Mozilla | Ca::Pem(_) => {}
    }
    state.finish()
}

/// When a file was modified, its length and its inode; None if it is not there.
fn file_state(path: &Path) -> Option<(SystemTime, u64, u64)> {
    let metadata = path.metadata().ok()?;
    #[cfg(unix)]
    let inode = std::os::unix::fs::MetadataExt::ino(&metadata);
    #[cfg(not(unix))]
    let inode = 0;
    Some((metadata.modified().ok()?, metadata.len(), inode))
}

#[derive(Default)]
struct SystemCertificates {
    certificates: Vec<CertificateDer<'static>>,
    /// What may have more, and was not read yet.
    directories: Vec<PathBuf>,
    first_error: Option<String>,
}

impl SystemCertificates {
    fn add_directories(&mut self, directories: &[PathBuf]) {
        // OpenSSL's c_rehash adds links to files of the same directory. These are read themselves.
        let is_link_beside = |path: &Path| path.read_link().is_ok_and(|to| to.iter().count() == 1);
        for directory in directories {
            match std::fs::read_dir(directory) {
                Ok(entries) => entries.flatten().for_each(|entry| {
                    if !is_link_beside(&entry.path()) {
                        self.add_file(&entry.path());
                    }
                }),
                Err(error) => self.failed(directory, &error),
            }
        }
    }

    fn add_file(&mut self, path: &Path) {
        match read_regular_file(path) {
            Ok(text) => {
                let text = text.unwrap_or_default();
                self.certificates.extend(pem::certificates(&text).flatten());
            }
            Err(error) => self.failed(path, &error),
        }
    }

    fn failed(&mut self, path: &Path, error: &io::Error) {
        let text = || format!("{} cannot be read ({error})", path.display());
        self.first_error.get_or_insert_with(text);
    }
}

fn parse(ca: &Ca) -> Result<Verifier, String> {
    let roots = match ca {
        Ca::System => return system_verifier(),
        Ca::Mozilla => webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
        Ca::File(path) => {
            let shown = path.display().to_string();
            let text = read_file(path)
                .map_err(|e| format!("{shown} cannot be read ({e}); check path and mode"))?;
            from_pem(&text, &shown)?
        }
        Ca::Pem(text) => {
            // Variables of some systems have no line breaks.
            let text = text.expose().replace("\\n", "\n");
            from_pem(text.as_bytes(), "the text in place of a path")?
        }
    };
    Ok(Verifier::new(roots))
}

fn system_verifier() -> Result<Verifier, String> {
    let system = system::read();
    let roots = collect(system.certificates).ok_or_else(|| {
        let why = system.first_error.map(|why| format!(" ({why})"));
        format!(
            "the system has no trusted certificates{}; install ca-certificates, correct \
             SSL_CERT_FILE and SSL_CERT_DIR, or set ca to mozilla or a PEM file",
            why.unwrap_or_default()
        )
    })?;
    let mut verifier = Verifier::new(roots);
    verifier.directories = system.directories;
    verifier.are_fetched_late = cfg!(windows);
    Ok(verifier)
}

fn from_pem(text: &[u8], what: &str) -> Result<RootCertStore, String> {
    let text = pasted::pem_text(text).map_err(|why| format!("{what}: {why}"))?;
    let certificates: Result<Vec<_>, _> = pem::certificates(text).collect();
    let certificates = certificates.map_err(|e| format!("{what} is not a PEM file ({e})"))?;
    collect(certificates).ok_or_else(|| {
        format!("{what} holds no CA certificate in PEM form (-----BEGIN CERTIFICATE-----)")
    })
}

/// None of anything else that may be there: a fifo would hold the reader for ever.
pub(super) fn read_regular_file(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let is_regular = path.metadata()?.is_file();
    is_regular.then(|| read_file(path)).transpose()
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let file = std::fs::File::open(path)?;
    // With room for all of it one read is enough, and a system can have 140 files.
    let length = file.metadata()?.len().min(MAX_FILE_BYTES);
    let mut text = Vec::with_capacity(usize::try_from(length).unwrap_or_default() + 1);
    file.take(MAX_FILE_BYTES).read_to_end(&mut text)?;
    Ok(text)
}

/// None if not one of them can be used. A single broken one in a large bundle is passed over,
/// as every TLS library does.
fn collect(certificates: Vec<CertificateDer<'static>>) -> Option<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(certificates);
    (added > 0).then_some(roots)
}

#[cfg(all(test, not(loom)))]
mod tests;
