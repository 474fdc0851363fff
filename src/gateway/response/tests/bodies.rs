//! Bodies of a 200 that are a token in an odd form, and those that are none; and hostile bodies of
//! error responses.

use super::*;

const TOKEN: &str = "abc.DEF-123_~+/==";

fn good() -> String {
    format!(r#"{{"access_token":"{TOKEN}","token_type":"access_token","expires_in":3600}}"#)
}

/// The good one with a member more.
fn with(member: &str) -> String {
    format!("{},{member}}}", good().trim_end_matches('}'))
}

fn token(json: &str) -> String {
    format!(r#"{{"access_token":{json},"token_type":"access_token","expires_in":3600}}"#)
}

fn lifetime(json: &str) -> String {
    format!(r#"{{"access_token":"{TOKEN}","expires_in":{json}}}"#)
}

fn kind(json: &str) -> String {
    format!(r#"{{"access_token":"{TOKEN}","token_type":{json}}}"#)
}

fn nested(open: &str, close: &str) -> String {
    open.repeat(10_000) + &close.repeat(10_000)
}

fn padded(length: usize) -> String {
    good() + &" ".repeat(length - good().len())
}

/// Each of these bodies brings this token, or none.
fn all_bring(bodies: Vec<Vec<u8>>, expected: Option<&str>) {
    for body in bodies {
        let mut sent = response(200, &[], "");
        sent.body.extend_from_slice(&body);
        let shown: String = String::from_utf8_lossy(&body).chars().take(200).collect();
        match read_here(&sent) {
            Ok(token) => assert_eq!(Some(token.access()), expected.map(str::as_bytes), "{shown}"),
            Err(error) => {
                let found = (error.failure.status, error.failure.http_status);
                assert_eq!(found, (Status::MOMO_INVALID_RESPONSE, 200), "{shown}");
                assert_eq!(expected, None, "{shown}");
            }
        }
    }
}

#[test]
fn a_token_is_taken_from_whole_json_however_odd() {
    let digits = "9".repeat(10_000);
    let escaped: String = TOKEN.bytes().map(|b| format!("\\u{b:04x}")).collect();
    let mut bodies = vec![
        format!(" \t\r\n{}\r\n \t", good()),
        good().replace(',', " ,\n ").replace(':', "\t:\n"),
        token(&format!("\"{escaped}\"")),
        token(&format!("\"{}\"", TOKEN.replace('/', "\\/"))),
        good().replace("access_token\":\"a", "access\\u005ftoken\":\"a"),
        with(r#""a":[{"b":null}],"c":1e5,"c":2"#),
        with(&format!("\"a\":{}", nested("[", "]"))),
        with(&format!("\"a\":{digits}")),
        format!(r#"{{"access_token":"{TOKEN}"}}"#),
        format!("\u{feff}{}", good()),
        kind("null"),
        kind(r#""a\u0000\nb""#),
        kind(&format!("\"{}\"", "t".repeat(9000))),
        padded(65_536),
    ];
    // The lifetime is what it is; the token is good.
    let odd = ["null", r#"{"a":[1]}"#, "1e999", &digits, &nested("[", "]")];
    bodies.extend(odd.map(lifetime));
    let bodies = bodies.into_iter().map(String::into_bytes).collect();
    all_bring(bodies, Some(TOKEN));
}

#[test]
fn what_is_no_json_object_with_a_token_brings_none() {
    let good = good();
    let bodies = [
        // No JSON.
        String::new(),
        format!("\u{feff}\u{feff}{good}"),
        format!("{good}x"),
        format!("{good}{good}"),
        format!(")]}}'\n{good}"),
        with(""),
        good.replace('"', "'"),
        format!("access_token={TOKEN}&expires_in=3600"),
        TOKEN.to_owned(),
        lifetime("NaN"),
        lifetime("03600"),
        // JSON of another kind.
        format!("[{good}]"),
        format!("{good:?}"),
        "null".to_owned(),
        "{}".to_owned(),
        format!(r#"{{"data":{good}}}"#),
        good.replace("access_token\":\"a", "ACCESS_TOKEN\":\"a"),
        with(&format!("\"access_token\":\"{TOKEN}\"")),
        with("\"expires_in\":1"),
        with("\"token_type\":\"b\""),
        nested("[", "]"),
        nested("{\"a\":", "}"),
        "[".repeat(10_000),
        // Too large.
        padded(65_537),
    ];
    let mut bodies: Vec<Vec<u8>> = bodies.into_iter().map(String::into_bytes).collect();
    bodies.push(good.encode_utf16().flat_map(u16::to_le_bytes).collect());
    bodies.push((0..=255).collect());
    all_bring(bodies, None);
}

#[test]
fn what_is_no_text_of_rfc_6750_is_no_token() {
    #[rustfmt::skip]
    let texts = [
        "true", "null", "[\"a\"]", r#"{"a":"b"}"#, r#""""#, r#""abc\r\nX-Injected: yes""#, "\"ab\tc\"",
        r#""ab\ud83d""#, r#""\ude00\ud83d""#, r#""ab\x41""#, r#""ab\u00""#,
    ];
    let mut bodies: Vec<Vec<u8>> = texts.map(|json| token(json).into_bytes()).into();
    let long = [
        nested("[", "]"),
        "9".repeat(10_000),
        format!("\"{}\"", "a".repeat(8193)),
    ];
    bodies.extend(long.map(|json| token(&json).into_bytes()));
    let broken: [&[u8]; 4] = [b"ab\xff\xfe", b"ab\xc0\x80", b"ab\xed\xa0\x80", b"ab\0c"];
    bodies.extend(broken.map(|text| [br#"{"access_token":""#, text, br#""}"#].concat()));
    all_bring(bodies, None);
}

#[test]
fn the_body_of_an_error_response_changes_nothing_but_the_message() {
    let deep = nested("[", "]");
    let texts = [
        r#"["login_failed"]"#.to_owned(),
        r#"{"data":{"error":"login_failed"}}"#.to_owned(),
        "login_failed".to_owned(),
        r#"{"error":1e999}"#.to_owned(),
        r#"{"error":{"a":[null]}}"#.to_owned(),
        format!(r#"{{"error":"{}"}}"#, "e".repeat(10_000)),
        r#"{"error":"a\u0000b\u001b[31m\r\n","message":"\u202e\u0007"}"#.to_owned(),
        format!("{{\"message\":{deep}}}"),
        deep,
        "x".repeat(1 << 20),
        "\u{20ac}".repeat(5000),
        good(),
    ];
    let mut bodies: Vec<Vec<u8>> = texts.map(String::into_bytes).into();
    bodies.push(b"{\"error\":\"\xff\xfe\xc0\x80\"}".to_vec());
    bodies.push((0..=255).collect());
    for body in bodies {
        let mut sent = response(500, &[], "");
        sent.body.extend_from_slice(&body);
        let failure = failure_of(&sent).failure;
        let shown = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
        assert_eq!(failure.status, Status::MOMO_SERVER_ERROR, "{shown}");
        assert!(
            failure.code.len() <= 128 && failure.body.len() <= 4096,
            "{shown}"
        );
        let told = format!("{}{}{}", failure.code, failure.message, failure.body);
        assert!(!told.contains(char::is_control), "{shown}");
    }
}
