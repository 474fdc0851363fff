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

use std::io::{self, Read};
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

/// When a file was modified, its length and its inode; None if it is not there.
type FileState = Option<(SystemTime, u64, u64)>;

/// If it is another one, the store is parsed again.
#[derive(Clone, PartialEq, Eq)]
enum Source {
    /// A text, which is a part of the option or of the library.
    Text,
    File(FileState),
    System(system::State),
}

#[derive(Clone)]
struct Parsed {
    ca: Ca,
    source: Source,
    config: Arc<ClientConfig>,
}

/// How many stores are remembered: programs with more than a few are tests.
const REMEMBERED: usize = 8;

static STORES: ArcSwapOption<Vec<Parsed>> = ArcSwapOption::const_empty();

/// TLS by the store that `ca` names; refused if that is empty or cannot be read.
pub(crate) fn tls_config(ca: &Ca) -> Result<Arc<ClientConfig>, Failure> {
    let source = match ca {
        Ca::System => Source::System(system::state()),
        Ca::Mozilla | Ca::Pem(_) => Source::Text,
        Ca::File(path) => Source::File(state(path)),
    };
    let stores = STORES.load_full().unwrap_or_default();
    if let Some(parsed) = stores.iter().find(|p| p.ca == *ca && p.source == source) {
        return Ok(Arc::clone(&parsed.config));
    }
    let verifier = parse(ca)
        .map_err(|why| Failure::config(format!("option ca: no usable trust store: {why}")))?;
    let config = tls::config(Arc::new(verifier))
        .map_err(|e| Failure::internal(&format!("TLS cannot be set up ({e})")))?;
    let parsed = Parsed {
        ca: ca.clone(),
        source,
        config: Arc::new(config),
    };
    STORES.rcu(|stores| {
        let stores = stores.iter().flat_map(|stores| stores.iter());
        Some(remembered(&parsed, stores).into())
    });
    Ok(parsed.config)
}

/// The newest in front; of two for one `ca` the newer.
fn remembered<'a>(newest: &'a Parsed, stores: impl Iterator<Item = &'a Parsed>) -> Vec<Parsed> {
    let others = stores.filter(|p| p.ca != newest.ca);
    let all = std::iter::once(newest).chain(others);
    all.take(REMEMBERED).cloned().collect()
}

fn state(path: &Path) -> FileState {
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

fn parse(ca: &Ca) -> Result<Verifier, String> {
    let mut directories = Vec::new();
    let roots = match ca {
        Ca::System => {
            let system = system::read();
            directories = system.directories;
            collect(system.certificates).ok_or_else(|| {
                let why = system.first_error.map(|why| format!(" ({why})"));
                format!(
                    "the system has no trusted certificates{}; install ca-certificates, correct \
                     SSL_CERT_FILE and SSL_CERT_DIR, or set ca to mozilla or a PEM file",
                    why.unwrap_or_default()
                )
            })?
        }
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
    let are_fetched_late = *ca == Ca::System && cfg!(windows);
    Ok(Verifier::new(roots, directories, are_fetched_late))
}

fn from_pem(text: &[u8], what: &str) -> Result<RootCertStore, String> {
    let text = pasted::pem_text(text).map_err(|why| format!("{what}: {why}"))?;
    let certificates: Result<Vec<_>, _> = pem::certificates(text).collect();
    let certificates = certificates.map_err(|e| format!("{what} is not a PEM file ({e})"))?;
    collect(certificates).ok_or_else(|| {
        format!("{what} holds no CA certificate in PEM form (-----BEGIN CERTIFICATE-----)")
    })
}

pub(super) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
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
