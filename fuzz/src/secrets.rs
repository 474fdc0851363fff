//! The forms in which a secret can come back, made by encoders that are not the library's.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::form_urlencoded;

/// Of a longer form every run of this many bytes is hidden, of a shorter one the whole.
const RUN: usize = 8;

/// Of base64 less than this is no sign of a secret.
const SHORTEST_BASE64: usize = 4;

/// What stands for a secret in what is shown.
pub const REPLACEMENT: &str = "[redacted]";

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

/// What must not be seen.
pub struct Secrets {
    runs: HashSet<Vec<u8>>,
    short: HashSet<Vec<u8>>,
}

impl Secrets {
    /// `pairs` are sent with a colon between them, in base64.
    pub fn new(secrets: &[&str], pairs: &[(&str, &str)]) -> Self {
        let mut this = Self {
            runs: HashSet::new(),
            short: HashSet::new(),
        };
        for secret in secrets {
            this.add(secret);
            base64_within(secret).iter().for_each(|form| this.add(form));
        }
        for (user, password) in pairs {
            let pair = format!("{user}:{password}");
            base64_within(&pair).iter().for_each(|form| this.add(form));
        }
        this
    }

    fn add(&mut self, form: &str) {
        let form = form.to_ascii_lowercase().into_bytes();
        if form.len() >= RUN {
            self.runs.extend(form.windows(RUN).map(<[u8]>::to_vec));
        } else if !form.is_empty() {
            self.short.insert(form);
        }
    }

    /// The first piece of a secret in this text: as it is, or where it is taken out of a URL.
    pub fn seen_in(&self, text: &str) -> Option<String> {
        text.split(REPLACEMENT).find_map(|piece| {
            let mut seen = self.seen(piece.as_bytes().to_vec());
            for text in [piece, &piece.replace('+', " ")] {
                if text.contains(['%', ' ']) {
                    seen = seen.or_else(|| self.seen(percent_decode_str(text).collect()));
                }
            }
            seen
        })
    }

    fn seen(&self, mut text: Vec<u8>) -> Option<String> {
        text.make_ascii_lowercase();
        let is_secret = |run: &&[u8]| self.runs.contains(*run);
        let contains = |form: &&[u8]| text.windows(form.len()).any(|w| w == *form);
        let mut short = self.short.iter().map(Vec::as_slice);
        let seen = text.windows(RUN).find(is_secret);
        let seen = seen.or_else(|| short.find(contains));
        seen.map(|seen| String::from_utf8_lossy(seen).into_owned())
    }
}

/// As programs put it into a URL or a form.
pub fn url_encoded(secret: &str) -> [String; 4] {
    [
        utf8_percent_encode(secret, RFC_3986).to_string(),
        utf8_percent_encode(secret, JAVASCRIPT).to_string(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
    ]
}

/// What base64 makes of a secret within a longer text, whatever stands before and after it.
fn base64_within(secret: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for before in ["", "x", "xy"] {
        let text = format!("{before}{secret}");
        // The characters that are of the secret alone.
        let first = (before.len() * 8).div_ceil(6);
        let end = text.len() * 8 / 6;
        for engine in [STANDARD, URL_SAFE] {
            let form = engine.encode(&text)[first..end.max(first)].to_owned();
            if form.len() >= SHORTEST_BASE64 {
                forms.push(form);
            }
        }
    }
    forms
}
