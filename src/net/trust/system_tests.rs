use super::*;

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;

const DIRECTORY: &str = "/etc/ssl/certs";
const BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";

/// A directory of this test's own, gone with it.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("momo-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn read(&self) -> Vec<CertificateDer<'static>> {
        read_directories(std::slice::from_ref(&self.0))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn one_certificate() -> Vec<u8> {
    let text = std::fs::read_to_string(BUNDLE).unwrap();
    let end = "-----END CERTIFICATE-----\n";
    text.as_bytes()[..text.find(end).unwrap() + end.len()].to_vec()
}

fn named(file: impl Into<PathBuf>, directory: impl Into<PathBuf>) -> Sources {
    Sources {
        file: Some(file.into()),
        directories: vec![directory.into()],
        named: true,
    }
}

#[test]
fn the_system_has_the_same_certificates_as_by_the_tls_library_s_own_reader() {
    let by_their_reader = |path: PathBuf| {
        let certificates = CertificateDer::pem_file_iter(path).unwrap();
        certificates.collect::<Result<Vec<_>, _>>().unwrap()
    };
    let found = named(BUNDLE, DIRECTORY).read();
    assert_eq!(found.first_error, None);
    assert_eq!(found.certificates, by_their_reader(BUNDLE.into()));
    let files = std::fs::read_dir(DIRECTORY).unwrap();
    let files = files.map(|entry| entry.unwrap().path());
    let expected: HashSet<_> = files
        .filter(|path| path.is_file())
        .flat_map(by_their_reader)
        .collect();
    let more: HashSet<_> = read_directories(&found.directories).into_iter().collect();
    assert_eq!(more, expected);
    let mut roots = RootCertStore::empty();
    let (added, ignored) = roots.add_parsable_certificates(found.certificates);
    assert!(added > 100 && ignored == 0, "{added} {ignored}");
}

#[test]
fn directories_are_read_at_once_where_the_file_has_no_certificate() {
    let directory = Directory::new("at-once");
    std::fs::write(directory.0.join("one.pem"), one_certificate()).unwrap();
    let found = named("/no/such/file", &directory.0).read();
    assert_eq!(found.certificates.len(), 1);
    assert!(found.directories.is_empty());
}

#[test]
fn links_and_broken_files_of_a_directory_add_nothing() {
    let directory = Directory::new("links");
    let certificate = one_certificate();
    std::fs::write(directory.0.join("one.pem"), &certificate).unwrap();
    std::os::unix::fs::symlink("one.pem", directory.0.join("01234567.0")).unwrap();
    std::os::unix::fs::symlink("gone.pem", directory.0.join("01234567.1")).unwrap();
    std::fs::write(directory.0.join("torn.pem"), &certificate[..200]).unwrap();
    std::fs::create_dir(directory.0.join("java")).unwrap();
    assert_eq!(directory.read().len(), 1);
}

#[test]
fn a_fifo_in_a_directory_is_not_waited_for() {
    let directory = Directory::new("fifo");
    std::fs::write(directory.0.join("one.pem"), one_certificate()).unwrap();
    let fifo = directory.0.join("fifo.pem");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    assert_eq!(directory.read().len(), 1);
}

#[test]
fn why_nothing_was_found_is_told() {
    let found = named("/no/such/file", "/no/such/directory").read();
    assert!(found.certificates.is_empty());
    let why = found.first_error.unwrap();
    assert!(why.contains("/no/such/file cannot be read"), "{why}");
}
