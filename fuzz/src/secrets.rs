//! The forms in which a secret can come back, made by encoders that are not the library's.

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
    /// As numbers, sorted.
    runs: Vec<u64>,
    /// Which remainders those numbers have: for most runs of a text that is enough to look at.
    remainders: Vec<bool>,
    short: Vec<Vec<u8>>,
}

/// A prime.
const DIVISOR: u64 = 8191;

impl Secrets {
    /// `pairs` are sent with a colon between them, in base64.
    pub fn new(secrets: &[&str], pairs: &[(&str, &str)]) -> Self {
        let mut this = Self {
            runs: Vec::new(),
            remainders: vec![false; DIVISOR as usize],
            short: Vec::new(),
        };
        for secret in secrets {
            this.add(secret);
            base64_within(secret).iter().for_each(|form| this.add(form));
        }
        for (user, password) in pairs {
            let pair = format!("{user}:{password}");
            base64_within(&pair).iter().for_each(|form| this.add(form));
        }
        for run in &this.runs {
            this.remainders[(run % DIVISOR) as usize] = true;
        }
        this.runs.sort_unstable();
        this
    }

    fn add(&mut self, form: &str) {
        let form = form.to_ascii_lowercase().into_bytes();
        if form.len() >= RUN {
            self.runs.extend(runs(&form));
        } else if !form.is_empty() {
            self.short.push(form);
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
        let is_secret = |run: &u64| {
            self.remainders[(run % DIVISOR) as usize] && self.runs.binary_search(run).is_ok()
        };
        let run = runs(&text)
            .find(is_secret)
            .map(|run| run.to_be_bytes().to_vec());
        let contains = |form: &&Vec<u8>| text.windows(form.len()).any(|w| w == **form);
        let seen = run.or_else(|| self.short.iter().find(contains).cloned());
        seen.map(|seen| String::from_utf8_lossy(&seen).into_owned())
    }
}

/// Every run of a text as a number.
fn runs(text: &[u8]) -> impl Iterator<Item = u64> + '_ {
    let shift = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    let (first, rest) = text.split_at(text.len().min(RUN - 1));
    let first = first.iter().fold(0, shift);
    rest.iter().scan(first, move |number, byte| {
        *number = shift(*number, byte);
        Some(*number)
    })
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
