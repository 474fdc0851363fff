use super::*;

const GOOD: &str = "-----BEGIN CERTIFICATE-----\nAQID\nBAU=\n-----END CERTIFICATE-----\n";

fn read(text: &str) -> Vec<Result<Vec<u8>, &'static str>> {
    let certificates = certificates(text.as_bytes());
    certificates.map(|c| c.map(|der| der.to_vec())).collect()
}

fn good(times: usize) -> Vec<Result<Vec<u8>, &'static str>> {
    vec![Ok(vec![1, 2, 3, 4, 5]); times]
}

#[test]
fn certificates_are_found_among_comments_and_other_sections() {
    let key = "-----BEGIN PRIVATE KEY-----\nAQID\n-----END PRIVATE KEY-----\n";
    let list = GOOD.replace("CERTIFICATE", "X509 CRL");
    let text = format!("# a comment\n{GOOD}{key}{list}\nno -----BEGIN CERTIFICATE-----\n{GOOD}");
    assert_eq!(read(&text), good(2));
}

#[test]
fn line_ends_and_a_missing_last_one_make_no_difference() {
    assert_eq!(read(GOOD.trim_end()), good(1));
    // The last two as a variable may have them.
    for end in ["\r\n", " \n", " ", "\t"] {
        assert_eq!(read(&GOOD.replace('\n', end)), good(1), "{end:?}");
    }
}

#[test]
fn a_broken_section_is_an_error_and_hides_no_other() {
    let (open, _) = GOOD.split_once("-----END").unwrap();
    assert_eq!(read(open), [Err(MISSING_END)]);
    let text = format!("{open}{GOOD}");
    assert_eq!(read(&text), [vec![Err(MISSING_END)], good(1)].concat());
    for bad in ["AQ*D", "AQI", "AQID=", "AQ=ID"] {
        let text = GOOD.replace("AQID", bad).replace("BAU=\n", "");
        assert_eq!(read(&text), [Err(NOT_BASE64)], "{bad}");
    }
    assert_eq!(read("").len() + read("nothing").len(), 0);
}

#[test]
fn every_label_and_a_byte_order_mark_is_taken_as_openssl_takes_it() {
    let old = GOOD.replace("CERTIFICATE", "X509 CERTIFICATE");
    let text = format!("\u{feff}{GOOD}\u{feff}{old}");
    assert_eq!(read(&text), good(2));
    let mixed = old.replace("END X509 ", "END ");
    assert_eq!(read(&mixed), [Err(MISSING_END)]);
    // A sequence of a number, and what OpenSSL puts behind it: nothing, a name, purposes.
    let trusted = |more: &[u8]| {
        let der = [b"\x30\x03\x02\x01\x07", more].concat();
        let text = format!(
            "-----BEGIN TRUSTED CERTIFICATE-----\n{}\n-----END TRUSTED CERTIFICATE-----\n",
            STANDARD.encode(der)
        );
        match read(&text).as_slice() {
            [] => false,
            [Ok(der)] => der == b"\x30\x03\x02\x01\x07",
            other => panic!("{other:?}"),
        }
    };
    let server = b"\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01";
    let client = b"\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02";
    let list = |tag: u8, purpose: &[u8]| {
        let length = u8::try_from(purpose.len()).unwrap();
        let list = [&[tag, length], purpose].concat();
        [&[0x30, length + 2], &list[..]].concat()
    };
    assert!(trusted(b"") && trusted(b"\x30\x00") && trusted(b"\x30\x03\x0c\x01x"));
    assert!(trusted(&list(0x30, server)) && !trusted(&list(0x30, client)));
    assert!(trusted(&list(0xa0, client)) && !trusted(&list(0xa0, server)));
    assert!(!trusted(&list(0xa0, b"\x06\x04\x55\x1d\x25\x00")));
}
