//! Bodies that are no usable response, whole or in part.

use super::rows::*;

fn token(json: &str) -> String {
    format!(r#"{{"access_token":{json},"token_type":"access_token","expires_in":3600}}"#)
}

fn lifetime(json: &str) -> String {
    format!(r#"{{"access_token":"{TOKEN}","expires_in":{json}}}"#)
}

#[test]
fn a_token_is_taken_from_a_whole_json_object_alone() {
    let good = good_body();
    let deep = |open: &str, close: &str| open.repeat(10_000) + &close.repeat(10_000);
    let digits = "9".repeat(10_000);
    let escaped: String = TOKEN.bytes().map(|b| format!("\\u{b:04x}")).collect();
    let with = |member: &str| format!("{},{member}}}", good.trim_end_matches('}'));
    let bytes = |bytes: &[u8]| with_body([br#"{"access_token":""#, bytes, br#""}"#].concat());
    let text = |name: &str, body: String, want| row(name, with_body(body), want);
    let rows = vec![
        // Whole and valid, if odd.
        text(
            "blanks around",
            format!(" \t\r\n{good}\r\n \t"),
            Want::Token,
        ),
        text(
            "members spread",
            good.replace(',', " ,\n ").replace(':', "\t:\n"),
            Want::Token,
        ),
        text(
            "escapes of the same token",
            token(&format!("\"{escaped}\"")),
            Want::Token,
        ),
        text(
            "an escaped slash",
            token(&format!("\"{}\"", TOKEN.replace('/', "\\/"))),
            Want::Token,
        ),
        text(
            "an escaped name",
            good.replace("access_token\":\"", "access\\u005ftoken\":\""),
            Want::Token,
        ),
        text(
            "unknown members",
            with(r#""a":[{"b":null}],"c":1e5"#),
            Want::Token,
        ),
        text(
            "an unknown member twice",
            with(r#""a":1,"a":2"#),
            Want::Token,
        ),
        text(
            "10,000 levels in an unknown member",
            with(&format!("\"a\":{}", deep("[", "]"))),
            Want::Token,
        ),
        text(
            "10,000 digits in an unknown member",
            with(&format!("\"a\":{digits}")),
            Want::Token,
        ),
        text(
            "no type",
            format!(r#"{{"access_token":"{TOKEN}"}}"#),
            Want::Token,
        ),
        text(
            "type null",
            format!(r#"{{"access_token":"{TOKEN}","token_type":null}}"#),
            Want::Token,
        ),
        text(
            "control characters in the type",
            format!(r#"{{"access_token":"{TOKEN}","token_type":"a\u0000\nb"}}"#),
            Want::Token,
        ),
        text(
            "a long type",
            format!(
                r#"{{"access_token":"{TOKEN}","token_type":"{}"}}"#,
                "t".repeat(9000)
            ),
            Want::Token,
        ),
        text("a byte order mark", format!("\u{feff}{good}"), Want::Token),
        // The lifetime is what it is; the token is good.
        text("lifetime null", lifetime("null"), Want::Token),
        text("lifetime true", lifetime("true"), Want::Token),
        text("lifetime [1,[2]]", lifetime("[1,[2]]"), Want::Token),
        text("lifetime {}", lifetime(r#"{"a":{"b":1}}"#), Want::Token),
        text("lifetime -9e99", lifetime("-9e99"), Want::Token),
        text("lifetime 1e300", lifetime("1e300"), Want::Token),
        text("lifetime 1e-300", lifetime("1e-300"), Want::Token),
        text(
            "lifetime of many digits as text",
            lifetime(&format!("\"{digits}\"")),
            Want::Token,
        ),
        text("lifetime of 10,000 digits", lifetime(&digits), Want::Token),
        text("lifetime 1e999", lifetime("1e999"), Want::Token),
        // No JSON.
        text("nothing", String::new(), UNUSABLE),
        text("blanks", " ".repeat(1000), UNUSABLE),
        text(
            "two byte order marks",
            format!("\u{feff}\u{feff}{good}"),
            UNUSABLE,
        ),
        text("a byte more behind", format!("{good}x"), UNUSABLE),
        text("a NUL behind", format!("{good}\0"), UNUSABLE),
        text("an object more behind", format!("{good}{good}"), UNUSABLE),
        text("a guard before", format!(")]}}'\n{good}"), UNUSABLE),
        text("a callback around", format!("callback({good})"), UNUSABLE),
        text("a comment", format!("/* */{good}"), UNUSABLE),
        text("a comma too many", with(""), UNUSABLE),
        text("single quotes", good.replace('"', "'"), UNUSABLE),
        text(
            "names without quotes",
            format!("{{access_token:\"{TOKEN}\"}}"),
            UNUSABLE,
        ),
        text(
            "a form",
            format!("access_token={TOKEN}&expires_in=3600"),
            UNUSABLE,
        ),
        text(
            "XML",
            format!("<r><access_token>{TOKEN}</access_token></r>"),
            UNUSABLE,
        ),
        text("the token alone", TOKEN.to_owned(), UNUSABLE),
        text("NaN", lifetime("NaN"), UNUSABLE),
        text("Infinity", lifetime("-Infinity"), UNUSABLE),
        text("hexadecimal", lifetime("0xe10"), UNUSABLE),
        text("a leading zero", lifetime("03600"), UNUSABLE),
        text("a leading plus", lifetime("+3600"), UNUSABLE),
        row(
            "UTF-16",
            with_body(
                good.encode_utf16()
                    .flat_map(u16::to_le_bytes)
                    .collect::<Vec<_>>(),
            ),
            UNUSABLE,
        ),
        row(
            "every byte",
            with_body((0..=255).collect::<Vec<u8>>()),
            UNUSABLE,
        ),
        row("NULs", with_body(vec![0; 5000]), UNUSABLE),
        row(
            "gzip",
            status_and_body(
                "200 OK",
                "Content-Encoding: gzip\r\n",
                b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xabVJLNN-.\x8e/\xc9\xcfN\xcdS\xb2RJ\x04\0",
            ),
            UNUSABLE,
        ),
        // JSON of another kind.
        text(
            "an array of the members",
            format!(r#"["{TOKEN}","access_token",3600]"#),
            UNUSABLE,
        ),
        text("an array of the object", format!("[{good}]"), UNUSABLE),
        text("a text", format!("\"{TOKEN}\""), UNUSABLE),
        text("JSON in a text", format!("{good:?}"), UNUSABLE),
        text("a number", "1".to_owned(), UNUSABLE),
        text("null", "null".to_owned(), UNUSABLE),
        text("{}", "{}".to_owned(), UNUSABLE),
        text(
            "a token deeper down",
            format!(r#"{{"data":{good}}}"#),
            UNUSABLE,
        ),
        text(
            "a name in capitals",
            good.replace("access_token\":\"a", "ACCESS_TOKEN\":\"a"),
            UNUSABLE,
        ),
        text(
            "another name",
            good.replace("access_token\":\"a", "accessToken\":\"a"),
            UNUSABLE,
        ),
        text(
            "two tokens",
            with(&format!("\"access_token\":\"{TOKEN}\"")),
            UNUSABLE,
        ),
        text("two lifetimes", with("\"expires_in\":1"), UNUSABLE),
        text("two types", with("\"token_type\":\"b\""), UNUSABLE),
        text("10,000 arrays", deep("[", "]"), UNUSABLE),
        text("10,000 objects", deep("{\"a\":", "}"), UNUSABLE),
        text(
            "10,000 arrays that do not end",
            "[".repeat(10_000),
            UNUSABLE,
        ),
        text(
            "10,000 levels for a token",
            token(&deep("[", "]")),
            UNUSABLE,
        ),
        text(
            "10,000 levels for a lifetime",
            lifetime(&deep("[", "]")),
            Want::Token,
        ),
        text("10,000 digits for a token", token(&digits), UNUSABLE),
        // A token of another kind.
        text("token true", token("true"), UNUSABLE),
        text("token null", token("null"), UNUSABLE),
        text("token []", token("[\"a\"]"), UNUSABLE),
        text("token {}", token("{\"a\":\"b\"}"), UNUSABLE),
        text("token empty", token("\"\""), UNUSABLE),
        text("token =", token("\"===\""), UNUSABLE),
        text("= within", token("\"a=b\""), UNUSABLE),
        text("blank before", token("\" abc\""), UNUSABLE),
        text("line end behind", token("\"abc\\r\\n\""), UNUSABLE),
        text(
            "another header within",
            token(r#""abc\r\nX-Injected: yes""#),
            UNUSABLE,
        ),
        text("NUL within", token(r#""ab\u0000c""#), UNUSABLE),
        text("a tab within, not escaped", token("\"ab\tc\""), UNUSABLE),
        text("a quote within", token(r#""ab\"c""#), UNUSABLE),
        text("not ASCII", token("\"ab\u{e9}\""), UNUSABLE),
        text(
            "an emoji by surrogates",
            token(r#""\ud83d\ude00""#),
            UNUSABLE,
        ),
        text("half a surrogate", token(r#""ab\ud83d""#), UNUSABLE),
        text(
            "surrogates the wrong way",
            token(r#""\ude00\ud83d""#),
            UNUSABLE,
        ),
        text("an unknown escape", token(r#""ab\x41""#), UNUSABLE),
        text("half an escape", token(r#""ab\u00""#), UNUSABLE),
        text("a direction mark", token("\"ab\u{202e}c\""), UNUSABLE),
        text(
            "too long by one",
            token(&format!("\"{}\"", "a".repeat(8193))),
            UNUSABLE,
        ),
        row("broken UTF-8", bytes(b"ab\xff\xfe"), UNUSABLE),
        row("an overlong NUL", bytes(b"ab\xc0\x80"), UNUSABLE),
        row("a surrogate as UTF-8", bytes(b"ab\xed\xa0\x80"), UNUSABLE),
        row("a NUL, not escaped", bytes(b"ab\0c"), UNUSABLE),
        text(
            "64 KiB, whole",
            format!("{good}{}", " ".repeat(65_536 - good.len())),
            Want::Token,
        ),
        text(
            "64 KiB and a byte",
            format!("{good}{}", " ".repeat(65_537 - good.len())),
            UNUSABLE,
        ),
        text(
            "a megabyte",
            format!("{good}{}", " ".repeat(1 << 20)),
            UNUSABLE,
        ),
    ];
    try_all("bodies", &rows);
}
