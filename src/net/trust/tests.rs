#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs::File;
use std::time::Duration;

use momo_mock_gateway::Gateway;

use super::*;
use crate::Secret;
use crate::test_directory::TestDirectory;

/// A test file of an authority alone.
fn authority() -> String {
    Gateway::start().unwrap().ca_pem().to_owned()
}

/// Other tests of this process ask for stores meanwhile, of which few are remembered.
#[test]
fn a_store_is_parsed_once_until_its_file_changes_and_the_last_eight_are_remembered() {
    let directory = TestDirectory::new();
    let pem = authority();
    let file = |name: &str| {
        directory.replace(name, &pem);
        Ca::File(directory.path(name))
    };
    let first = file("first.pem");
    let parsed = tls_config(&first).unwrap();
    let is_kept = |ca: &Ca, parsed: &Arc<_>| Arc::ptr_eq(&tls_config(ca).unwrap(), parsed);
    assert!(is_kept(&first, &parsed));
    assert!(!is_kept(&file("other.pem"), &parsed));
    assert!(is_kept(&first, &parsed));
    directory.replace("first.pem", &format!("{pem}\n"));
    assert!(!is_kept(&first, &parsed));
    for number in 0..9 {
        tls_config(&file(&number.to_string())).unwrap();
    }
    // Parsed again, one takes its own place, which is then the first.
    directory.replace("5", &format!("{pem}\n"));
    tls_config(&Ca::File(directory.path("5"))).unwrap();
    let stores = STORES.load_full().unwrap();
    assert_eq!(stores.len(), 8);
    let names = stores.iter().filter_map(|parsed| match &parsed.ca {
        Ca::File(path) if path.starts_with(directory.path("")) => path.file_name(),
        _ => None,
    });
    let names: Vec<_> = names.map(|name| name.to_str().unwrap()).collect();
    assert!(!names.is_empty());
    let latest_first = ["5", "8", "7", "6", "4", "3", "2", "1"];
    assert!(latest_first.starts_with(&names), "{names:?}");
}

#[test]
fn of_authorities_that_are_fetched_late_an_unknown_issuer_s_may_be_one() {
    let gateway = Gateway::start().unwrap();
    let address = gateway.base_url().replace("https://", "");
    let broken = |verifier| {
        let config = Arc::new(tls::config(Arc::new(verifier)).unwrap());
        let name = "localhost".try_into().unwrap();
        let mut session = rustls::ClientConnection::new(config, name).unwrap();
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        session.complete_io(&mut stream).unwrap_err().to_string()
    };
    let mut late = Verifier::new(RootCertStore::empty());
    late.are_fetched_late = true;
    assert!(broken(late).contains("NotFetched"));
    for (ca, is_late) in [(Ca::Mozilla, false), (Ca::System, cfg!(windows))] {
        let told = broken(parse(&ca).unwrap());
        assert_eq!(told.contains("NotFetched"), is_late, "{told}");
        assert_eq!(told.contains("UnknownIssuer"), !is_late, "{told}");
    }
}

#[test]
fn a_file_has_changed_where_its_time_its_length_or_its_inode_has() {
    let directory = TestDirectory::new();
    let path = directory.path("file");
    let written = |text: &str, seconds| {
        std::fs::write(&path, text).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(time).unwrap();
        file_state(&path)
    };
    assert_eq!(file_state(&path), None);
    let first = written("text", 1000);
    assert!(first.is_some() && first == written("else", 1000));
    assert_ne!(first, written("text", 1001));
    assert_ne!(first, written("longer text", 1000));
    #[cfg(unix)]
    {
        // The former file stays, so that the new one has another inode.
        std::fs::hard_link(&path, directory.path("former")).unwrap();
        directory.replace("file", "");
        assert_ne!(first, written("text", 1000));
    }
}

#[test]
fn a_file_that_is_no_trust_store_is_refused_with_the_reason() {
    let directory = TestDirectory::new();
    let refused = |name: &str, text: Option<&[u8]>| {
        let path = directory.path(name);
        if let Some(text) = text {
            std::fs::write(&path, text).unwrap();
        }
        let message = tls_config(&Ca::File(path)).err().unwrap().message;
        assert!(message.contains("option ca: no usable trust store: "));
        assert!(message.contains(name), "{message}");
        message
    };
    let utf16: Vec<_> = "\u{feff}text"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert!(refused("utf16", Some(&utf16)).contains("it is UTF-16; save it as UTF-8"));
    let no_text = "it is UTF-16 or no text; save it as UTF-8, and a certificate in PEM form";
    assert!(refused("no-mark", Some(&utf16[2..])).contains(no_text));
    assert!(refused("der", Some(b"\x30\x82\x01\x0a\x02\x01\x00")).contains(no_text));
    for path in ["missing", ""] {
        assert!(refused(path, None).contains("cannot be read"));
    }
    assert!(refused("empty", Some(b"")).contains("holds no CA certificate"));
    let whole = authority();
    let (open, _) = whole.split_once("-----END").unwrap();
    let torn = refused("torn", Some(open.as_bytes()));
    assert!(torn.contains("is not a PEM file (a certificate has no -----END"));
    let not_der = b"-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n";
    assert!(refused("not-der", Some(not_der)).contains("holds no CA certificate"));
    // One that can be used is enough.
    let mixed = directory.path("mixed");
    let text = String::from_utf8(not_der.to_vec()).unwrap() + &authority();
    std::fs::write(&mixed, text).unwrap();
    assert!(tls_config(&Ca::File(mixed)).is_ok());
}

/// In a variable its line breaks are often something else.
#[test]
fn the_text_of_a_pem_file_is_as_good_as_its_path_and_never_repeated() {
    let pem = authority();
    let (blanks, escaped) = (pem.replace('\n', " "), pem.replace('\n', "\\n"));
    let crlf = pem.replace('\n', "\r\n");
    for text in [&pem, &blanks, &escaped, &crlf, &pem.replace('\n', "\n    ")] {
        assert!(tls_config(&Ca::Pem(Secret::new(text))).is_ok(), "{text}");
    }
    for text in [
        &pem[..300],
        "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----",
    ] {
        let refused = tls_config(&Ca::Pem(Secret::new(text))).err().unwrap();
        let told = refused.message;
        let words = "option ca: no usable trust store: the text in place";
        assert!(told.contains(words) && !told.contains("MII"), "{told}");
    }
}

#[test]
fn a_file_is_read_up_to_a_largest_size() {
    const LARGEST: u64 = 16 << 20;
    let directory = TestDirectory::new();
    let path = directory.path("large");
    let file = File::create(&path).unwrap();
    file.set_len(LARGEST + 1).unwrap();
    assert_eq!(read_file(&path).unwrap().len() as u64, LARGEST);
    file.set_len(5).unwrap();
    assert_eq!(read_file(&path).unwrap(), [0; 5]);
}
