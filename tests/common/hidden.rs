//! What must not be seen of a secret, in the forms that encoders give it which are not the library's.
#![allow(unreachable_pub)]

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;

/// Of a longer form every run of this many bytes is hidden, of a shorter one the whole.
const RUN: usize = 8;

/// Of base64 less than this is no sign of a secret.
const SHORTEST_BASE64: usize = 4;

/// What stands for a secret in what is shown.
pub const REPLACEMENT: &str = "[redacted]";

/// What must not be seen.
#[derive(Default)]
pub struct Secrets {
    runs: HashSet<Vec<u8>>,
    short: HashSet<Vec<u8>>,
}

impl Secrets {
    /// `pairs` are sent with a colon between them, in base64.
    pub fn new(secrets: &[&str], pairs: &[(&str, &str)]) -> Self {
        let mut this = Self::default();
        let pairs = pairs
            .iter()
            .map(|(user, password)| format!("{user}:{password}"));
        let texts = secrets.iter().copied().map(str::to_owned).chain(pairs);
        let in_base64 = texts.flat_map(|text| base64_within(&text));
        in_base64.for_each(|form| this.add(&form));
        secrets.iter().for_each(|secret| this.add(secret));
        this
    }

    pub fn add(&mut self, form: &str) {
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

/// What base64 makes of a secret in a longer text, whatever is before and after it, and at its end.
fn base64_within(secret: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for before in ["", "x", "xy"] {
        let text = format!("{before}{secret}");
        // The characters that are of the secret alone.
        let first = (before.len() * 8).div_ceil(6);
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&text);
            for end in [text.len() * 8 / 6, encoded.len()] {
                let form = encoded[first..end.max(first)].to_owned();
                if form.len() >= SHORTEST_BASE64 {
                    forms.push(form);
                }
            }
        }
    }
    forms
}
