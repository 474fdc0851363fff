use ureq::http::{HeaderName, HeaderValue};

use super::*;
use crate::gateway::Authentication;
use crate::net::{Kind, TransportError};
use crate::test_settings::{credentials_of, settings_with};
use crate::{Phase, SecretBytes};

pub(in crate::gateway) fn response(
    status: u16,
    headers: &[(HeaderName, &str)],
    body: &str,
) -> Response {
    let mut text = SecretBytes::with_capacity(body.len());
    text.extend_from_slice(body.as_bytes());
    let headers = headers.iter();
    let headers =
        headers.map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()));
    Response {
        status,
        headers: headers.collect(),
        body: text,
        incomplete: None,
    }
}

pub(in crate::gateway) fn read_from(
    base_url: &str,
    response: &Response,
) -> Result<Token, AttemptError> {
    let settings = settings_with(&[("base_url", base_url)]);
    let authentication = Authentication::new(&settings, credentials_of(&settings));
    read(response, Now::read(), &authentication)
}

fn read_here(response: &Response) -> Result<Token, AttemptError> {
    read_from("https://gateway.example", response)
}

pub(in crate::gateway) fn failure_of(response: &Response) -> AttemptError {
    read_here(response).err().unwrap()
}

/// Of a response without headers.
pub(in crate::gateway) fn failure_with(status: u16, body: &str) -> Failure {
    failure_of(&response(status, &[], body)).failure
}

#[test]
fn a_token_is_taken_as_it_stands() {
    let body = r#"{"access_token":"abc.DEF-123~+/==","token_type":"access\ttoken","expires_in":"3600","x":[1]}"#;
    let token = read_here(&response(200, &[], body)).ok().unwrap();
    assert_eq!(token.access(), b"abc.DEF-123~+/==");
    assert_eq!(token.kind(), b"access token");
    assert_eq!(token.life.unwrap().lifetime.as_secs(), 3600);
    for character in ["t", "é"] {
        let long = character.repeat(300);
        let body = format!(r#"{{"access_token":"a","token_type":"{long}"}}"#);
        let token = read_here(&response(200, &[], &body)).ok().unwrap();
        let kept = character.repeat(MAX_TYPE_CHARACTERS);
        assert_eq!(token.kind(), kept.as_bytes());
        assert!(token.life.is_none());
    }
}

#[test]
fn a_response_with_an_age_is_that_much_older() {
    use ureq::http::header::AGE;
    let body = r#"{"access_token":"a","expires_in":3600}"#;
    let now = Now::read();
    for (ages, age) in [
        (&["100"][..], 100),
        (&["0"], 0),
        (&[" 7 "], 7),
        (&["7, 9"], 7),
        (&["7", "9"], 7),
        (&["-7"], 0),
        (&["soon"], 0),
        (&["1.5"], 0),
        (&[], 0),
    ] {
        let headers: Vec<_> = ages.iter().map(|age| (AGE, *age)).collect();
        let token = read_here(&response(200, &headers, body)).ok().unwrap();
        let older = (now.wall + std::time::Duration::from_secs(3600))
            .saturating_sub(token.life.unwrap().end.wall);
        assert_eq!((older.as_millis() + 500) / 1000, age, "{ages:?}");
    }
    let ancient = response(200, &[(AGE, "99999999999999999999999")], body);
    let token = read_here(&ancient).ok().unwrap();
    assert_eq!(token.left(Now::read()), Some(std::time::Duration::ZERO));
}

#[test]
fn what_is_no_usable_token_says_why() {
    let larger = r#"{"access_token":"a"}"#.to_owned() + &" ".repeat(64 * 1024);
    for (body, why) in [
        (larger.as_str(), "larger than 64 KiB"),
        ("", "line 1, column 0"),
        ("{\n}", "line 2, column 1"),
        (r#"["abc","x",1]"#, "no JSON object"),
        (r#"{"access_token":"a b"}"#, "access_token"),
        (r#"{"access_token":""}"#, "access_token"),
    ] {
        let error = failure_of(&response(200, &[], body));
        let Failure {
            status,
            http_status,
            message,
            ..
        } = error.failure;
        assert_eq!((status, http_status), (Status::MOMO_INVALID_RESPONSE, 200));
        assert!(message.contains(why), "{message}");
        assert_eq!(error.retry, Retry::Never);
    }
    let mut torn = response(200, &[], r#"{"access_token":"a"}"#);
    torn.incomplete = Some(TransportError::new(
        Phase::Read,
        Kind::ConnectionLost,
        "it broke",
    ));
    let error = failure_of(&torn);
    assert_eq!(error.failure.status, Status::MOMO_CONNECTION_LOST);
    assert_eq!(error.failure.http_status, 200);
}

#[test]
fn every_spelling_of_a_time_is_understood() {
    for (json, seconds) in [
        ("3600", 3600),
        ("\"3600\"", 3600),
        ("3600.9", 3600),
        ("3.6e3", 3600),
        ("3600.000000", 3600),
        ("3600.0000000000000000000000000000000000000000", 3600),
        ("36000000e-4", 3600),
        ("1e-2147483648", 0),
        ("0e999", 0),
        ("86401", 86_400),
        ("99999999999999999999999999", 86_400),
        ("\"99999999999999999999999999\"", 86_400),
        ("1e999", 86_400),
        ("\"007\"", 7),
        ("0", 0),
        ("\"\"", 0),
        ("\"000\"", 0),
        ("-3600", 0),
        ("-1e999", 0),
        ("\"soon\"", 0),
        ("\"-5\"", 0),
        ("\"3600.0\"", 3600),
        ("\" 3600\"", 3600),
        ("\"\\t3600 \\n\"", 3600),
        ("\"+3600\"", 3600),
        ("\"\\u0033600\"", 3600),
        ("\"3.6e3\"", 3600),
        ("\"+\"", 0),
        ("\"++3600\"", 0),
        ("\"3 600\"", 0),
        ("\"inf\"", 0),
        ("\"infinity\"", 0),
        ("\"NaN\"", 0),
        ("\"0x10\"", 0),
        ("null", 0),
        ("true", 0),
        ("[3600]", 0),
        ("{\"seconds\":3600}", 0),
    ] {
        let expected = (seconds > 0).then(|| Duration::from_secs(seconds));
        assert_eq!(lifetime(json), expected, "{json}");
    }
}

mod bodies;
