//! The trusted certificate authorities, read and parsed once per process.
//!
//! Parsing the system's takes milliseconds, and a PHP worker makes a client per request. A store
//! is parsed again when the file it came from was replaced or changed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwapOption;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::config::Ca;
use crate::error::Failure;
use crate::sys;

/// More than any bundle (the system's is some 220 KiB), little enough to read by mistake.
const LARGEST_FILE: u64 = 16 * 1024 * 1024;

/// What a store was parsed from; another stamp is another store.
#[derive(Clone, PartialEq, Eq)]
struct Stamp {
    ca: Ca,
    file: Option<PathBuf>,
    modified: Option<SystemTime>,
    inode: u64,
    length: u64,
}

struct Parsed {
    stamp: Stamp,
    roots: Arc<RootCertStore>,
}

/// How many stores are remembered: programs with more than a few are tests.
const REMEMBERED: usize = 8;

static STORES: ArcSwapOption<Vec<Arc<Parsed>>> = ArcSwapOption::const_empty();

/// The store that `ca` names; refused where it is empty or cannot be read.
pub(crate) fn store(ca: &Ca) -> Result<Arc<RootCertStore>, Failure> {
    let stamp = Stamp::of(ca);
    if let Some(stores) = STORES.load().as_ref() {
        if let Some(parsed) = stores.iter().find(|p| p.stamp == stamp) {
            return Ok(Arc::clone(&parsed.roots));
        }
    }
    let roots = parse(ca, stamp.file.as_deref())
        .map_err(|why| Failure::config(format!("option ca: no usable trust store: {why}")))?;
    let roots = Arc::new(roots);
    let parsed = Arc::new(Parsed {
        stamp,
        roots: Arc::clone(&roots),
    });
    STORES.rcu(|stores| {
        let others = stores.iter().flat_map(|s| s.iter());
        let others = others.filter(|p| p.stamp.ca != parsed.stamp.ca).cloned();
        let next: Vec<_> = std::iter::once(Arc::clone(&parsed)).chain(others).collect();
        Some(Arc::new(
            next.into_iter().take(REMEMBERED).collect::<Vec<_>>(),
        ))
    });
    Ok(roots)
}

impl Stamp {
    fn of(ca: &Ca) -> Self {
        let file = match ca {
            Ca::System => system_bundle(),
            Ca::Mozilla => None,
            Ca::File(path) => Some(path.clone()),
        };
        let meta = file.as_ref().and_then(|f| std::fs::metadata(f).ok());
        Self {
            ca: ca.clone(),
            file,
            modified: meta.as_ref().and_then(|m| m.modified().ok()),
            inode: meta.as_ref().map_or(0, inode),
            length: meta.as_ref().map_or(0, std::fs::Metadata::len),
        }
    }
}

#[cfg(unix)]
fn inode(meta: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(meta)
}

#[cfg(not(unix))]
fn inode(_: &std::fs::Metadata) -> u64 {
    0
}

fn parse(ca: &Ca, file: Option<&Path>) -> Result<RootCertStore, String> {
    match (ca, file) {
        (Ca::Mozilla, _) => Ok(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect()),
        (Ca::File(path), _) => from_file(path),
        (Ca::System, Some(bundle)) if named_by_environment().is_none() => {
            from_file(bundle).or_else(|_| from_system())
        }
        (Ca::System, _) => from_system(),
    }
}

/// Where Debian, Fedora, SUSE, Alpine and the BSDs keep all of the system's authorities in one
/// file. Reading it alone spares the several hundred single files beside it, which hold the same.
const BUNDLES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

const DIRECTORY: &str = "/etc/ssl/certs";

fn system_bundle() -> Option<PathBuf> {
    named_by_environment().or_else(|| {
        let mut bundles = BUNDLES.iter().map(PathBuf::from);
        bundles.find(|b| cfg!(unix) && b.is_file())
    })
}

/// OpenSSL's own variables, as every program of the system takes them. Where the caller has fewer
/// rights than the program, its environment must not choose whom the program trusts.
fn named_by_environment() -> Option<PathBuf> {
    if sys::is_privileged() {
        return None;
    }
    let names = ["SSL_CERT_FILE", "SSL_CERT_DIR"];
    names.iter().find_map(std::env::var_os).map(PathBuf::from)
}

fn from_system() -> Result<RootCertStore, String> {
    let loaded = if sys::is_privileged() && cfg!(unix) {
        rustls_native_certs::load_certs_from_paths(None, Some(Path::new(DIRECTORY)))
    } else {
        rustls_native_certs::load_native_certs()
    };
    let why = loaded.errors.first().map(ToString::to_string);
    collect(loaded.certs).ok_or_else(|| {
        format!(
            "the system has no trusted certificates{}; install ca-certificates, mend \
             SSL_CERT_FILE and SSL_CERT_DIR, or set ca to mozilla or a PEM file",
            why.map(|w| format!(" ({w})")).unwrap_or_default()
        )
    })
}

fn from_file(path: &Path) -> Result<RootCertStore, String> {
    use std::io::Read;
    let shown = path.display();
    let mut text = Vec::new();
    let read =
        std::fs::File::open(path).and_then(|file| file.take(LARGEST_FILE).read_to_end(&mut text));
    read.map_err(|e| format!("{shown} cannot be read ({e}); check path and mode"))?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let certificates = certificates.map_err(|e| format!("{shown} is not a PEM file ({e})"))?;
    collect(certificates).ok_or_else(|| {
        format!("{shown} holds no CA certificate in PEM form (-----BEGIN CERTIFICATE-----)")
    })
}

/// None where not one of them can be used. A single broken one in a large bundle is passed over,
/// as every TLS library does.
fn collect(certificates: Vec<CertificateDer<'static>>) -> Option<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(certificates);
    (added > 0).then_some(roots)
}
