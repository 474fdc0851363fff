use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::*;
use crate::test_directory::TestDirectory;

const BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";

fn one_certificate() -> String {
    let text = std::fs::read_to_string(BUNDLE).unwrap();
    let (first, _) = text.split_once("-----END").unwrap();
    first.to_owned() + "-----END CERTIFICATE-----\n"
}

fn read_directories(directories: &[PathBuf]) -> Vec<CertificateDer<'static>> {
    let mut found = SystemCertificates::default();
    found.add_directories(directories);
    found.certificates
}

fn named(file: impl Into<PathBuf>, directory: impl Into<PathBuf>) -> Sources {
    Sources {
        file: Some(file.into()),
        directories: vec![directory.into()],
        file_has_all: false,
    }
}

#[test]
fn the_system_has_the_same_certificates_as_by_the_tls_library_s_own_reader() {
    let by_their_reader = |path: PathBuf| {
        let certificates = CertificateDer::pem_file_iter(path).unwrap();
        certificates.collect::<Result<Vec<_>, _>>().unwrap()
    };
    let whole = Sources::of(None, None).read();
    assert_eq!((whole.first_error, whole.directories.len()), (None, 0));
    assert_eq!(whole.certificates, by_their_reader(BUNDLE.into()));
    let mut roots = rustls::RootCertStore::empty();
    let (added, ignored) = roots.add_parsable_certificates(whole.certificates);
    assert!(added > 100 && ignored == 0, "{added} {ignored}");
    // In place of a broken bundle.
    let mut broken = Sources::of(None, None);
    broken.file = Some("/no/such/file".into());
    let files = std::fs::read_dir(DIRECTORIES[0]).unwrap();
    let files = files.map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.is_file());
    let expected: HashSet<_> = files.flat_map(by_their_reader).collect();
    let found: HashSet<_> = broken.read().certificates.into_iter().collect();
    assert_eq!(found, expected);
}

#[test]
fn directories_are_read_at_once_where_the_file_has_no_certificate_and_else_left_for_later() {
    let directory = TestDirectory::new();
    let certificate = directory.path("one.pem");
    std::fs::write(&certificate, one_certificate()).unwrap();
    let at_once = named("/no/such/file", directory.path("")).read();
    let none = named("/no/such/file", "/no/such/folder").read();
    // The first of several.
    for why in [at_once.first_error.as_ref(), none.first_error.as_ref()] {
        let why = why.unwrap();
        assert!(why.contains("/no/such/file cannot be read"), "{why}");
    }
    let later = named(&certificate, directory.path("")).read();
    assert_eq!(at_once.certificates, later.certificates);
    assert_eq!(later.certificates.len(), 1);
    assert!(at_once.directories.is_empty());
    assert_eq!(read_directories(&later.directories), later.certificates);
}

#[test]
fn links_fifos_and_broken_files_of_a_directory_add_nothing() {
    let directory = TestDirectory::new();
    let certificate = one_certificate();
    std::fs::write(directory.path("one.pem"), &certificate).unwrap();
    std::os::unix::fs::symlink("one.pem", directory.path("01234567.0")).unwrap();
    std::os::unix::fs::symlink("gone.pem", directory.path("01234567.1")).unwrap();
    std::fs::write(directory.path("torn.pem"), &certificate[..200]).unwrap();
    std::fs::create_dir(directory.path("java")).unwrap();
    // It would hold whoever opens it.
    let mut mkfifo = std::process::Command::new("mkfifo");
    let made = mkfifo.arg(directory.path("fifo.pem")).status();
    assert!(made.unwrap().success());
    assert_eq!(read_directories(&[directory.path("")]).len(), 1);
}

#[test]
fn a_change_of_the_file_or_of_a_directory_is_noticed() {
    let directory = TestDirectory::new();
    let state = || {
        let mut hasher = DefaultHasher::new();
        let sources = named(directory.path("file"), directory.path(""));
        sources.state().hash(&mut hasher);
        hasher.finish()
    };
    directory.replace("file", "text");
    let first = state();
    assert_eq!(state(), first);
    std::fs::write(directory.path("file"), "longer text").unwrap();
    let second = state();
    assert_ne!(second, first);
    // As another file in it would: of two in a row a file system may not tell the times apart.
    let folder = std::fs::File::open(directory.path("")).unwrap();
    folder
        .set_modified(std::time::SystemTime::UNIX_EPOCH)
        .unwrap();
    assert_ne!(state(), second);
}

#[test]
fn each_variable_takes_the_place_of_its_own_half_and_an_empty_one_is_unset() {
    let systems = DIRECTORIES.join(" ");
    for (file, directories, paths, file_has_all) in [
        (None, None, format!("{BUNDLE} {systems}"), true),
        (Some(""), Some(""), format!("{BUNDLE} {systems}"), true),
        (None, Some("::"), format!("{BUNDLE} {systems}"), true),
        (Some("/f.pem"), None, format!("/f.pem {systems}"), false),
        (Some("/f.pem"), Some(""), format!("/f.pem {systems}"), false),
        (None, Some("/a::/b"), format!("{BUNDLE} /a /b"), false),
        (Some("/f.pem"), Some("/a"), "/f.pem /a".to_owned(), false),
    ] {
        let sources = Sources::of(file.map(OsString::from), directories.map(OsString::from));
        let found = sources.file.iter().chain(&sources.directories);
        let found: Vec<_> = found.map(|path| path.to_str().unwrap()).collect();
        assert_eq!(found.join(" "), paths);
        assert_eq!(sources.file_has_all, file_has_all);
    }
}
