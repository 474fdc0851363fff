use super::*;

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;

use crate::test_directory::TestDirectory;

const DIRECTORY: &str = "/etc/ssl/certs";
const BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";

fn one_certificate() -> Vec<u8> {
    let text = std::fs::read_to_string(BUNDLE).unwrap();
    let end = "-----END CERTIFICATE-----\n";
    text.as_bytes()[..text.find(end).unwrap() + end.len()].to_vec()
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
    let directory = TestDirectory::new();
    std::fs::write(directory.path("one.pem"), one_certificate()).unwrap();
    let found = named("/no/such/file", directory.path("")).read();
    assert_eq!(found.certificates.len(), 1);
    assert!(found.directories.is_empty());
}

#[test]
fn links_and_broken_files_of_a_directory_add_nothing() {
    let directory = TestDirectory::new();
    let certificate = one_certificate();
    std::fs::write(directory.path("one.pem"), &certificate).unwrap();
    std::os::unix::fs::symlink("one.pem", directory.path("01234567.0")).unwrap();
    std::os::unix::fs::symlink("gone.pem", directory.path("01234567.1")).unwrap();
    std::fs::write(directory.path("torn.pem"), &certificate[..200]).unwrap();
    std::fs::create_dir(directory.path("java")).unwrap();
    assert_eq!(read_directories(&[directory.path("")]).len(), 1);
}

#[test]
fn a_fifo_in_a_directory_is_not_waited_for() {
    let directory = TestDirectory::new();
    std::fs::write(directory.path("one.pem"), one_certificate()).unwrap();
    let fifo = directory.path("fifo.pem");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    assert_eq!(read_directories(&[directory.path("")]).len(), 1);
}

#[test]
fn why_nothing_was_found_is_told() {
    let found = named("/no/such/file", "/no/such/directory").read();
    assert!(found.certificates.is_empty());
    let why = found.first_error.unwrap();
    assert!(why.contains("/no/such/file cannot be read"), "{why}");
}

#[test]
fn each_variable_takes_the_place_of_its_own_half_and_an_empty_one_is_unset() {
    let found = |file: Option<&str>, directories: Option<&str>| {
        let sources = Sources::of(file.map(OsString::from), directories.map(OsString::from));
        let paths = sources.file.iter().chain(&sources.directories);
        let paths: Vec<_> = paths.map(|path| path.to_str().unwrap()).collect();
        (paths.join(" "), sources.file_has_all)
    };
    let systems = DIRECTORIES.join(" ");
    for (file, directories) in [(None, None), (Some(""), Some("")), (None, Some("::"))] {
        assert_eq!(
            found(file, directories),
            (format!("{BUNDLE} {systems}"), true)
        );
    }
    let file_alone = (format!("/f.pem {systems}"), false);
    assert_eq!(found(Some("/f.pem"), None), file_alone);
    assert_eq!(found(Some("/f.pem"), Some("")), file_alone);
    let directories_alone = (format!("{BUNDLE} /a /b"), false);
    assert_eq!(found(None, Some("/a::/b")), directories_alone);
    assert_eq!(
        found(Some("/f.pem"), Some("/a")),
        ("/f.pem /a".to_owned(), false)
    );
}

#[test]
fn this_system_s_authorities_are_in_a_bundle_and_a_broken_one_is_made_up_for() {
    let whole = Sources::of(None, None).read();
    assert!(whole.certificates.len() > 100 && whole.directories.is_empty());
    let mut broken = Sources::of(None, None);
    broken.file = Some("/no/such/file".into());
    assert!(broken.read().certificates.len() > 100);
    assert!(state().first().is_some_and(|(_, path)| path.exists()));
    assert!(!read().certificates.is_empty());
}
