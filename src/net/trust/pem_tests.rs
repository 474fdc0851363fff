use super::*;

const GOOD: &str = "-----BEGIN CERTIFICATE-----\nAQID\nBAU=\n-----END CERTIFICATE-----\n";

fn read(text: &str) -> Vec<Result<Vec<u8>, PemError>> {
    let sections = sections(text.as_bytes());
    sections
        .map(|s| s.and_then(decode).map(|der| der.to_vec()))
        .collect()
}

#[test]
fn certificates_are_found_among_comments_and_other_sections() {
    let key = "-----BEGIN PRIVATE KEY-----\nAQID\n-----END PRIVATE KEY-----\n";
    let trusted = "-----BEGIN TRUSTED CERTIFICATE-----\nAQID\n-----END TRUSTED CERTIFICATE-----\n";
    let text = format!("# a comment\n{GOOD}{key}{trusted}\nno -----BEGIN\n{GOOD}");
    assert_eq!(
        read(&text),
        [Ok(vec![1, 2, 3, 4, 5]), Ok(vec![1, 2, 3, 4, 5])]
    );
}

#[test]
fn line_ends_and_a_missing_last_one_make_no_difference() {
    assert_eq!(read(&GOOD.replace('\n', "\r\n")), [Ok(vec![1, 2, 3, 4, 5])]);
    assert_eq!(read(GOOD.trim_end()), [Ok(vec![1, 2, 3, 4, 5])]);
    assert_eq!(read(&GOOD.replace('\n', " \n")), [Ok(vec![1, 2, 3, 4, 5])]);
}

#[test]
fn a_broken_section_is_an_error_and_hides_no_other() {
    let (open, _) = GOOD.split_once("-----END").unwrap();
    assert_eq!(read(open), [Err(PemError::MissingEnd)]);
    let text = format!("{open}{GOOD}");
    let expected = [Err(PemError::MissingEnd), Ok(vec![1, 2, 3, 4, 5])];
    assert_eq!(read(&text), expected);
    for bad in ["AQ*D", "AQI", "AQID=", "AQ=ID"] {
        let text = GOOD.replace("AQID", bad).replace("BAU=\n", "");
        assert_eq!(read(&text), [Err(PemError::NotBase64)], "{bad}");
    }
    assert_eq!(read("").len() + read("nothing").len(), 0);
}
