use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::*;

const USER: &str = "5f1d9a3e-77c2-4b1e-9c55-0a4bd2f6c1aa";
const KEY: &str = "k3y+with/odd=chars&0123456789";

fn redactor() -> Redactor {
    Redactor::new([USER, KEY, "tiny", ""], [(USER, KEY)])
}

fn clean(text: &str) -> String {
    redactor().clean(text.as_bytes(), 4096)
}

#[test]
fn a_secret_is_hidden_in_every_form_it_can_take() {
    let percent = utf8_percent_encode(KEY, RESERVED).to_string();
    let forms = [
        KEY.to_owned(),
        KEY.to_uppercase(),
        percent.to_lowercase(),
        percent,
        STANDARD.encode(KEY),
        URL_SAFE.encode(KEY),
        STANDARD.encode(format!("{USER}:{KEY}")),
        STANDARD.encode(format!("x{KEY}")),
        STANDARD.encode(format!("xy{KEY}")),
    ];
    for form in forms {
        let shown = clean(&format!("<<{form}>>"));
        for window in form.as_bytes().windows(WINDOW) {
            let window = std::str::from_utf8(window).unwrap();
            assert!(!shown.contains(window), "{window} of {form} in {shown}");
        }
        let is_hidden = shown.starts_with("<<") && shown.contains(REPLACEMENT);
        assert!(is_hidden, "{shown}");
    }
}

#[test]
fn what_is_hidden_of_a_text_is_its_secret() {
    for (secret, text, shown) in [
        ("tiny", "a tiny thing", "a [redacted] thing"),
        ("pä", "x pä y", "x [redacted] y"),
        (
            "a<b>c&d'e\"f",
            "a&lt;b&gt;c&amp;d&apos;e&quot;f",
            REPLACEMENT,
        ),
        // A torn one by the length that it has in a URL.
        (KEY, "y%2Bwith", REPLACEMENT),
        (KEY, "y+with", "y+with"),
        // A text does not become a secret by being made one line.
        ("one two three", "one two\nthree", REPLACEMENT),
        ("one two three", "one\u{2028}two\tthree", REPLACEMENT),
        ("one two three", "one\u{85}two\0three", REPLACEMENT),
        ("one\u{2028}two", "one\u{2028}two", REPLACEMENT),
        // A JWT that nobody configured.
        ("", "see eyJhbGciOi.eyJjbGll.c2ln, ok", "see [redacted], ok"),
        // A proxy's URL may have a login without user and password.
        ("", "a: b", "a: b"),
    ] {
        let redactor = Redactor::new([secret], [(secret, "")]);
        assert_eq!(redactor.clean(text.as_bytes(), 99), shown, "{text:?}");
    }
}

#[test]
fn of_a_short_secret_in_base64_the_characters_that_are_its_alone_are_hidden() {
    for (before, after) in ["", "x", "xy", "xyz"]
        .map(|b| ["", "x"].map(|a| (b, a)))
        .concat()
    {
        for secret in ["tiny", "small"] {
            let redactor = Redactor::new([secret], []);
            let encoded = STANDARD.encode(format!("{before}{secret}{after}"));
            let first = (before.len() * 8).div_ceil(6);
            let end = match after {
                "" => encoded.trim_end_matches('=').len(),
                _ => (before.len() + secret.len()) * 8 / 6,
            };
            let mut hidden = vec![false; encoded.len()];
            let view = View::plain(encoded.as_bytes());
            hide_forms(&redactor.forms(), WINDOW, &[&view], &mut hidden);
            let expected: Vec<_> = (0..encoded.len())
                .map(|at| (first..end).contains(&at))
                .collect();
            assert_eq!(hidden, expected, "{encoded}");
        }
    }
}

#[test]
fn a_secret_is_hidden_whatever_stands_between_its_characters() {
    let each = |write: fn(u8) -> String| KEY.bytes().map(write).collect::<String>();
    let base64 = STANDARD.encode(KEY);
    let lines = base64.as_bytes().chunks(6).map(String::from_utf8_lossy);
    for form in [
        lines.collect::<Vec<_>>().join("\r\n"),
        // UTF-16, of either order.
        each(|b| format!("{}\0", char::from(b))),
        each(|b| format!("\0{}", char::from(b))),
        each(|b| format!("{}\u{200b}", char::from(b))),
        // Dumps of its bytes.
        each(|b| format!("{b:02X}:")),
        each(|b| format!("{b}, ")),
        each(|b| format!("\\{b:03o}")),
        // Escapes that are not undone, and such as are.
        each(|b| format!("%u{b:04X}")),
        each(|b| format!("&#{b}")),
        each(|b| format!("&#{b:07};")),
        each(|b| format!("&#x{b:08X};")),
    ] {
        let shown = clean(&format!("said {form} then"));
        assert_eq!(**bare(shown.as_bytes()), *b"saidredactedthen", "{shown}");
    }
    let redactor = Redactor::new([&*USER.replace('-', "")], []);
    let shown = redactor.clean_but(USER, USER.as_bytes(), 99);
    assert_eq!(shown, REPLACEMENT, "known without its dashes");
}

/// A walk over the text for each of its places would take minutes.
#[test]
fn a_large_hostile_text_is_cleaned_in_one_walk() {
    for text in ["A1b2", "%25", "&#x", "eyJ", "access_token"] {
        let text = text.repeat((1 << 18) / text.len());
        assert!(redactor().clean(text.as_bytes(), 4096).len() <= 4096);
    }
}

#[test]
fn a_name_from_outside_is_plain_and_short() {
    assert_eq!(shortened("MOMO_TIMEOUT"), "MOMO_TIMEOUT");
    assert_eq!(shortened("a b\n\u{e9}~!"), "a?b??~!");
    assert_eq!(shortened(&"n".repeat(65)), "n".repeat(64));
}

#[test]
fn a_secret_is_hidden_whichever_of_its_characters_a_url_has_encoded() {
    // In the second no run has but characters that are all kept, or all encoded.
    for secret in [&format!("{KEY} in~two-words"), "a/b=c/d+e~f=g/h+i=j~k/l"] {
        let redactor = Redactor::new([secret], [(USER, secret)]);
        let basic = STANDARD.encode(format!("{USER}:{secret}"));
        let basic = basic.trim_end_matches('=');
        // What RFC 3986, JavaScript's encodeURIComponent and encodeURI, Python's quote, PHP's and
        // Java's urlencode keep.
        let kept = "-._~ -._~!*'() -._~!*'();/?:@&=+$,# -._~/ -._ *-._ ";
        for kept in kept.split(' ') {
            for form in [secret, basic] {
                let encoded = encoded_but(kept, form);
                for encoded in [encoded.replace("%20", "+"), encoded] {
                    let shown = redactor.clean(encoded.as_bytes(), 4096);
                    assert_eq!(shown, REPLACEMENT, "{encoded}");
                }
            }
        }
    }
}

fn encoded_but(kept: &str, text: &str) -> String {
    let encode = |c: char| match c {
        c if c.is_ascii_alphanumeric() || kept.contains(c) => c.to_string(),
        c => format!("%{:02x}", u32::from(c)),
    };
    text.chars().map(encode).collect()
}

#[test]
fn a_torn_secret_is_hidden() {
    let basic = STANDARD.encode(format!("{USER}:{KEY}"));
    for from in 0..basic.len() - WINDOW {
        let torn = &basic[from..];
        let shown = clean(torn);
        assert!(!shown.contains(&torn[..WINDOW]), "{torn} shown as {shown}");
    }
}

#[test]
fn an_access_token_is_hidden_wherever_it_is_cut() {
    let body = "{\"access_token\":\"Zx9.opaque-token_value~+/==\",\"token_type\":\"access_token\"}";
    let value = body.find("Zx9").unwrap();
    for cut in value..body.len() {
        let shown = clean(&body[..cut]);
        assert!(!shown.contains('Z'), "cut at {cut}: {shown}");
    }
    assert!(clean(body).ends_with("\"token_type\":\"access_token\"}"));
    for text in [
        "access_token=Zabc",
        "\\\"access_token\\\" : \\\"Zabc\\\"",
        "&quot;access_token&quot;:&quot;Zabc&quot;",
        "ACCESS_TOKEN: Zabc",
        "%22access_token%22:%22Zabc%22",
        r#"{\n\t\"access_token\":\r\n\t\"Zabc\"\n}"#,
    ] {
        assert!(!clean(text).contains("Zabc"), "{text}");
    }
}

#[test]
fn what_is_shown_is_one_valid_line() {
    let shown = redactor().clean(b"a\0b\nc\x1b[31m\xff\xfe\xe2\x80\xa8d", 4096);
    assert_eq!(shown, "a b c [31m\u{fffd}\u{fffd} d");
}

#[test]
fn nothing_is_cut_before_it_is_hidden() {
    let text = format!("{}{KEY}", "x".repeat(90));
    for max in 80..120 {
        let shown = redactor().clean(text.as_bytes(), max);
        assert!(shown.len() <= max);
        assert!(!shown.contains("k3y"), "{max}: {shown}");
    }
    let umlauts = "ü".repeat(50);
    assert_eq!(redactor().clean(umlauts.as_bytes(), 33).len(), 32);
    assert_eq!(redactor().clean(b"abcd", 4), "abcd");
}

const SEPARATORS: [&str; 8] = [" ", "\"", "'", "\\", ":", "=", "&quot;", "%22"];

/// A plain piece of code that hides the same: what the real one must hide, place by place.
fn hidden_by_reference(secrets: &[&str], text: &str) -> Vec<bool> {
    let lower = text.to_ascii_lowercase();
    let bytes = lower.as_bytes();
    let mut hidden = vec![false; bytes.len()];
    for secret in secrets {
        let secret = secret.to_ascii_lowercase();
        for window in secret.as_bytes().windows(secret.len().min(WINDOW)) {
            for at in 0..bytes.len() {
                if bytes[at..].starts_with(window) {
                    hidden[at..at + window.len()].fill(true);
                }
            }
        }
    }
    let run = |from: usize| {
        // If a URL has encoded it, a quote ends it too.
        let quote = lower[from..].find("%22").unwrap_or(lower.len());
        let run = bytes[from..]
            .iter()
            .take(quote)
            .take_while(|b| b.is_ascii_alphanumeric() || b"-._~+/=%".contains(b));
        from..from + run.count()
    };
    for at in 0..bytes.len() {
        if bytes[at..].starts_with(b"eyj") {
            hidden[run(at)].fill(true);
        }
        if let Some(rest) = lower.get(at..).and_then(|r| r.strip_prefix("access_token")) {
            let mut value = rest;
            let strip = |v: &str| {
                SEPARATORS
                    .iter()
                    .find_map(|s| v.strip_prefix(s).map(str::len))
            };
            while let Some(left) = strip(value) {
                value = &value[value.len() - left..];
            }
            if rest[..rest.len() - value.len()].contains([':', '=']) {
                hidden[run(bytes.len() - value.len())].fill(true);
            }
        }
    }
    hidden
}

#[test]
fn a_plain_reference_hides_the_same() {
    let pieces = "eyJ|eyj|access_token|ACCESS_TOKEN|\"|:|=| |&quot;|%22|ü|abc.def|tiny|k3y+with/odd|\
                  =chars&0123456789|{|}|,|\n|3e-77c2-4b";
    let pieces: Vec<_> = pieces.split('|').collect();
    let secrets = [KEY, "tiny"];
    let redactor = Redactor::new(secrets, []);
    let mut seed: u32 = 1;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % below
    };
    for _ in 0..5000 {
        let text: String = (0..next(24)).map(|_| pieces[next(pieces.len())]).collect();
        let expected = hidden_by_reference(&secrets, &text);
        let hidden = redactor.hidden("", text.as_bytes());
        // Encoded forms of the secrets, and codes, are hidden beyond what the reference knows of.
        for (at, expected) in expected.iter().enumerate() {
            assert!(!expected || hidden[at], "{text:?} at {at}");
        }
        let shown = redactor.clean(text.as_bytes(), 4096);
        let is_hidden = !shown.contains("k3y+with") && !shown.contains("tiny");
        assert!(is_hidden, "{shown}");
    }
}
