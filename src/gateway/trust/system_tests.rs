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
        let sources = Sources {
            file: None,
            directories: vec![self.0.clone()],
            named: true,
        };
        sources.read().0
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

#[test]
fn the_system_s_bundle_has_the_same_anchors_as_by_the_tls_library_s_own_reader() {
    let by_their_reader = |path: PathBuf| {
        let certificates = CertificateDer::pem_file_iter(path).unwrap();
        certificates.collect::<Result<Vec<_>, _>>().unwrap()
    };
    let files = std::fs::read_dir(DIRECTORY).unwrap();
    let files = files.map(|entry| entry.unwrap().path());
    let expected: HashSet<_> = std::iter::once(BUNDLE.into())
        .chain(files.filter(|path| path.is_file()))
        .flat_map(by_their_reader)
        .collect();
    let both = Sources {
        file: Some(BUNDLE.into()),
        directories: vec![DIRECTORY.into()],
        named: true,
    };
    let (found, error) = both.read();
    assert_eq!(error, None);
    let distinct: HashSet<_> = found.iter().cloned().collect();
    assert_eq!(
        distinct.len(),
        found.len(),
        "the directory repeats the bundle"
    );
    assert_eq!(distinct, expected);
    let mut roots = RootCertStore::empty();
    let (added, ignored) = roots.add_parsable_certificates(found);
    assert!(added > 100 && ignored == 0, "{added} {ignored}");
}

#[test]
fn links_copies_and_broken_files_of_a_directory_add_nothing() {
    let directory = Directory::new("links");
    let certificate = one_certificate();
    std::fs::write(directory.0.join("one.pem"), &certificate).unwrap();
    std::fs::write(directory.0.join("copy.pem"), &certificate).unwrap();
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
    let nowhere = Sources {
        file: Some("/no/such/file".into()),
        directories: vec!["/no/such/directory".into()],
        named: true,
    };
    let (found, why) = nowhere.read();
    assert!(found.is_empty());
    assert!(why.unwrap().contains("/no/such/file cannot be read"));
}
