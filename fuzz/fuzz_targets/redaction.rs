//! What is shown of a text from outside has no secret in it, in any form that an encoder gives it,
//! and is one short line.
//!
//! An input is an API user, an API key, another secret, each on its line, and the text. In the text
//! `{key}` stands for the API key, `{key64}` for its base64, and so on: [`forms`].
#![cfg_attr(feature = "libfuzzer", no_main)]

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use momo::fuzzing::redact;
use momo_fuzz::fuzz_target;
use momo_fuzz::hidden::{REPLACEMENT, Secrets};
use momo_fuzz::split_at;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::form_urlencoded;

const LONGEST_SECRET: usize = 64;
const TOKEN: &str = "Zq3.wvu~tsr_789-xk2+j4/6==";
const JWT: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJaUTN3dnUifQ.Zq3wvutsr789";

/// RFC 3986's unreserved characters, and what JavaScript's encodeURIComponent keeps.
const RFC_3986: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const JAVASCRIPT: &AsciiSet = &RFC_3986
    .remove(b'!')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// A secret as the options take it.
fn secret(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let plain: String = text
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_SECRET)
        .collect();
    plain.trim().to_owned()
}

/// What stands for each `{name}` in the text.
fn forms(user: &str, key: &str, other: &str) -> BTreeMap<String, String> {
    let mut forms = BTreeMap::from([
        ("access".to_owned(), format!("\"access_token\":\"{TOKEN}\"")),
        ("jwt".to_owned(), JWT.to_owned()),
    ]);
    let pair = format!("{user}:{key}");
    for (name, secret) in [
        ("user", user),
        ("key", key),
        ("other", other),
        ("pair", &pair),
    ] {
        let [by_rfc_3986, by_javascript, whole, by_form] = url_encoded(secret);
        let half = secret.chars().take(secret.chars().count() / 2).collect();
        for (form, text) in [
            ("", secret.to_owned()),
            ("%lower", by_rfc_3986.to_ascii_lowercase()),
            ("%", by_rfc_3986),
            ("!", by_javascript),
            ("%%", whole),
            ("+", by_form),
            ("64", STANDARD.encode(secret)),
            ("64u", URL_SAFE_NO_PAD.encode(secret)),
            ("64%", url_encoded(&STANDARD.encode(secret))[0].clone()),
            ("64a", STANDARD.encode(format!("<{secret}>"))),
            ("64b", URL_SAFE.encode(format!("<<{secret}>"))),
            ("%25", escaped(secret, "%{}").replace('%', "%25")),
            ("json", escaped(secret, "\\u00{}")),
            ("html", escaped(secret, "&#x{};")),
            ("half", half),
        ] {
            forms.insert(format!("{name}{form}"), text);
        }
    }
    forms
}

/// As programs put it into a URL or a form.
fn url_encoded(secret: &str) -> [String; 4] {
    [
        utf8_percent_encode(secret, RFC_3986).to_string(),
        utf8_percent_encode(secret, JAVASCRIPT).to_string(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
    ]
}

/// Each byte of ASCII by its number in hex, others as they are.
fn escaped(secret: &str, escape: &str) -> String {
    let escape = |c: char| match c {
        c if c.is_ascii() => escape.replace("{}", &format!("{:02x}", u32::from(c))),
        c => c.to_string(),
    };
    secret.chars().map(escape).collect()
}

fn filled_in(text: &[u8], forms: &BTreeMap<String, String>) -> Vec<u8> {
    let mut pieces = text.split(|b| *b == b'{');
    let mut out = pieces.next().unwrap_or_default().to_vec();
    for piece in pieces {
        let (name, rest) = split_at(piece, b"}");
        match std::str::from_utf8(name)
            .ok()
            .and_then(|name| forms.get(name))
        {
            Some(form) => out.extend([form.as_bytes(), rest].concat()),
            None => out.extend([b"{", piece].concat()),
        }
    }
    out
}

fn check(shown: &str, max: usize, secrets: &Secrets) {
    assert!(shown.len() <= max);
    assert!(!shown.contains(|c: char| c.is_control() || "\u{2028}\u{2029}\u{202e}".contains(c)));
    assert_eq!(secrets.seen_in(shown), None, "{shown:?}");
}

fuzz_target!(init: momo_fuzz::prepare(), |data: &[u8]| {
    let (first, rest) = split_at(data, b"\n");
    let (second, rest) = split_at(rest, b"\n");
    let (third, text) = split_at(rest, b"\n");
    let (user, key, other) = (secret(first), secret(second), secret(third));
    let forms = forms(&user, &key, &other);
    let given = [&*user, &*key, &*other];
    let pairs = [(&*user, &*key)];
    let hidden = Secrets::new(&given, &pairs);
    let filled = filled_in(text, &forms);

    let shown = redact(&given, &pairs, &filled, usize::MAX);
    check(&shown, usize::MAX, &hidden);
    let is_inserted = |name: &[u8]| text.windows(name.len()).any(|w| w == name);
    for (name, token) in [(&b"{access}"[..], TOKEN), (b"{jwt}", JWT)] {
        if is_inserted(name) {
            assert_eq!(Secrets::new(&[token], &[]).seen_in(&shown), None, "{shown:?}");
        }
    }
    // As escapes a secret is shown nowhere, however short it is.
    for (name, secret) in [("user", &user), ("key", &key)] {
        for escape in ["%25", "json", "html"] {
            let form = &forms[&format!("{name}{escape}")];
            assert!(secret.is_empty() || !shown.contains(form), "{shown:?}");
        }
    }
    let max = data.len() % 97;
    let cut = redact(&given, &pairs, &filled, max);
    check(&cut, max, &hidden);
    assert!(shown.starts_with(&cut), "{cut:?} of {shown:?}");
    assert!(shown.len() <= max || cut.len() + REPLACEMENT.len().max(4) > max, "no more is cut than has to be");
});
