//! Redaction next to a plain piece of code that hides the same.

use super::*;

const KEY: &str = "k3y+with/odd=chars&0123456789";

const SEPARATORS: [&str; 8] = [" ", "\"", "'", "\\", ":", "=", "&quot;", "%22"];

/// As plain as can be: what the real one must hide, place by place.
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
    let pieces = [
        "eyJ",
        "eyj",
        "access_token",
        "ACCESS_TOKEN",
        "\"",
        ":",
        "=",
        " ",
        "&quot;",
        "%22",
        "ü",
        "abc.def",
        "tiny",
        "k3y+with/odd",
        "=chars&0123456789",
        "{",
        "}",
        ",",
        "\n",
        "3e-77c2-4b",
    ];
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
        assert!(
            !shown.contains("k3y+with") && !shown.contains("tiny"),
            "{shown}"
        );
    }
}
