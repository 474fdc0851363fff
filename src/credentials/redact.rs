//! Redactor: makes a peer's text fit to be shown: secrets hidden, one line, valid, short.
//!
//! A gateway, or something in front of it, may echo a request or leak a response in part, and
//! encode it. Two rules hold. The secrets of the client are hidden in every form that is known, and
//! of a torn one each piece of [`WINDOW`] characters. And a peer's text is repeated only as far as
//! it is plainly words: see [`shape`]. The order matters: secrets are hidden in the whole text
//! before anything is cut, since a cut could leave the first half of a secret that no longer looks
//! like one.

mod shape;
mod tokens;
mod view;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::Secret;
#[cfg(feature = "fuzzing")]
pub(crate) use tokens::STEPS;
use view::{View, folded, in_one_line, places};

/// Runs of this many characters of a secret are hidden wherever they occur, so that a torn secret
/// is hidden too. Shorter secrets are hidden as a whole.
const WINDOW: usize = 8;

/// Shorter pieces of base64 are no sign of a secret.
const MIN_FORM: usize = 4;

const REPLACEMENT: &str = "[redacted]";

/// All that RFC 3986 (section 2.3) does not let stand in a URL as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What encoders of URLs encode: by RFC 3986, JavaScript's, the strictest.
const ENCODED: [&AsciiSet; 3] = [
    RESERVED,
    &RESERVED
        .remove(b'!')
        .remove(b'*')
        .remove(b'\'')
        .remove(b'(')
        .remove(b')'),
    NON_ALPHANUMERIC,
];

/// The secrets of one client. What is looked for is made of them only when something is to be shown:
/// that is rare, and a program may have thousands of clients.
#[derive(Debug)]
pub(crate) struct Redactor {
    secrets: Vec<Secret>,
    /// User and password, joined with a colon.
    pairs: Vec<Secret>,
}

/// What is looked for in a text.
struct Patterns {
    /// Every run of [`WINDOW`] characters of every form of a secret, folded; sorted, so that one is
    /// found in a few steps whatever the text and the secrets are.
    windows: Zeroizing<Vec<[u8; WINDOW]>>,
    /// The forms that are shorter than that, folded.
    short: Vec<Zeroizing<Vec<u8>>>,
}

impl Redactor {
    /// `secrets` are hidden as they are; `pairs` (user, password) also where base64 has joined
    /// them with a colon, as HTTP's Basic authentication does.
    pub(crate) fn new<'a>(
        secrets: impl IntoIterator<Item = &'a str>,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let pair = |(user, password)| Secret::new([user, ":", password].concat());
        Self {
            secrets: secrets.into_iter().map(Secret::new).collect(),
            pairs: pairs.into_iter().map(pair).collect(),
        }
    }

    /// The text without secrets, codes, control characters and broken UTF-8, in `max` bytes.
    pub(crate) fn clean(&self, text: &[u8], max: usize) -> String {
        self.clean_but("", text, max)
    }

    /// The same, and `id` is shown wherever it stands: a code that is known to be no key, by its
    /// place and form. If there is a secret in it, that is hidden all the same.
    pub(crate) fn clean_but(&self, id: &str, text: &[u8], max: usize) -> String {
        if text.is_empty() {
            return String::new();
        }
        // First of all, so that no secret comes about by it.
        let text = in_one_line(&String::from_utf8_lossy(text));
        let hidden = Patterns::of(self).hidden(id, text.as_bytes());
        let mut out = String::with_capacity(text.len().min(max));
        let mut was_hidden = false;
        for (at, c) in text.char_indices() {
            let place = at..at + c.len_utf8();
            let is_hidden = hidden[place.clone()].contains(&true);
            let shown = match (is_hidden, was_hidden) {
                (true, true) => "",
                (true, false) => REPLACEMENT,
                (false, _) => &text[place],
            };
            if out.len() + shown.len() > max {
                break;
            }
            out.push_str(shown);
            was_hidden = is_hidden;
        }
        out
    }
}

impl Patterns {
    fn of(redactor: &Redactor) -> Self {
        let mut forms: Vec<Zeroizing<Vec<u8>>> = Vec::new();
        let mut add = |form: &[u8]| {
            let form = folded(form);
            if !form.is_empty() && !forms.contains(&form) {
                forms.push(form);
            }
        };
        for secret in redactor.secrets.iter().map(Secret::expose) {
            add(secret.as_bytes());
            add(in_one_line(secret).as_bytes());
            // Escapes in it are undone along with those around it.
            add(&View::decoded(secret.as_bytes()).bytes);
            // A torn one may be long enough as it is, and too short once it is decoded.
            for set in ENCODED {
                let mut encoded = Zeroizing::new(String::with_capacity(secret.len() * 3));
                encoded.extend(utf8_percent_encode(secret, set));
                add(encoded.as_bytes());
            }
        }
        for text in redactor.secrets.iter().chain(&redactor.pairs) {
            base64_forms(text.expose().as_bytes(), &mut add);
        }
        let is_long = |form: &Zeroizing<Vec<u8>>| form.len() >= WINDOW;
        let (long, short): (Vec<_>, Vec<_>) = forms.into_iter().partition(is_long);
        // Reserved as a whole: growing would leave copies behind that are not wiped.
        let count = long.iter().map(|form| form.len() - WINDOW + 1).sum();
        let mut windows = Zeroizing::new(Vec::with_capacity(count));
        for form in &long {
            windows.extend(form.windows(WINDOW).flat_map(<[u8; WINDOW]>::try_from));
        }
        debug_assert_eq!(windows.len(), count);
        windows.sort_unstable();
        windows.dedup();
        Self { windows, short }
    }

    /// Which bytes of a text must not be shown.
    fn hidden(&self, id: &str, text: &[u8]) -> Vec<bool> {
        let mut hidden = vec![false; text.len()];
        let decoded = View::decoded(text);
        shape::hide_codes(&decoded, &mut hidden);
        if !id.is_empty() {
            places(text, id.as_bytes()).for_each(|at| hidden[at..at + id.len()].fill(false));
        }
        self.hide(&View::plain(text), &mut hidden);
        self.hide(&decoded, &mut hidden);
        tokens::hide_tokens(&decoded, &mut hidden);
        hidden
    }

    fn hide(&self, view: &View, hidden: &mut [bool]) {
        let bytes = folded(&view.bytes);
        for (at, window) in bytes.windows(WINDOW).enumerate() {
            if self
                .windows
                .binary_search_by(|known| known[..].cmp(window))
                .is_ok()
            {
                view.hide(at, WINDOW, hidden);
            }
        }
        for form in &self.short {
            places(&bytes, form).for_each(|at| view.hide(at, form.len(), hidden));
        }
    }
}

/// A name from outside, fit for a message: what is not plain is replaced, what is long is cut.
pub(crate) fn shortened(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_graphic() { c } else { '?' };
    name.chars().take(64).map(plain).collect()
}

/// Every alignment that base64 can give a text inside a longer one: the characters that hold only
/// bits of the text itself, and the last one too, in case nothing follows.
fn base64_forms(secret: &[u8], add: &mut impl FnMut(&[u8])) {
    for shift in 0..3 {
        let mut padded = Zeroizing::new(vec![0u8; shift]);
        padded.extend_from_slice(secret);
        for engine in [STANDARD, URL_SAFE] {
            let encoded = Zeroizing::new(engine.encode(&*padded));
            let first = (shift * 8).div_ceil(6);
            let ends = [padded.len() * 8 / 6, encoded.trim_end_matches('=').len()];
            for end in ends {
                let form = encoded.get(first..end).unwrap_or_default();
                // Two letters are in every word; a secret of two bytes is hidden as it is.
                if form.len() >= MIN_FORM {
                    add(form.as_bytes());
                }
            }
        }
    }
}

#[cfg(test)]
mod reference_tests;
#[cfg(test)]
mod tests;
