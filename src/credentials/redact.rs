//! Redactor: makes a peer's text fit to be shown: secrets hidden, one line, valid, short.
//!
//! A gateway, or something in front of it, may echo a request or leak a response in part, and
//! encode it. Two rules hold. The secrets of the client are hidden in every form that is known, and
//! of a torn one each piece of [`WINDOW`] characters. And a peer's text is repeated only as far as
//! it is plainly words: see [`codes`]. The order matters: secrets are hidden in the whole text
//! before anything is cut, since a cut could leave half of a secret, which looks like none.

mod codes;
mod view;

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::Secret;
use codes::{hide_codes, hide_tokens};
use view::{View, bare, folded, in_one_line, places};

/// Runs of this many characters of a secret are hidden wherever they occur, so that a torn secret
/// is hidden too. Shorter secrets are hidden as a whole.
const WINDOW: usize = 8;

/// The same if other characters stand between its own. Letters and digits alone make words, too.
const BARE_WINDOW: usize = 12;

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
pub(crate) struct Redactor(Vec<Secret>);

impl Redactor {
    /// `pairs` (user, password) are hidden where a colon joins them, as HTTP's Basic authentication
    /// does before it makes base64 of them.
    pub(crate) fn new<'a>(
        secrets: impl IntoIterator<Item = &'a str>,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let secrets = secrets.into_iter().filter(|secret| !secret.is_empty());
        let pair = |(user, password)| Secret::new([user, ":", password].concat());
        // A colon alone would be hidden in every text.
        let pairs = pairs.into_iter().filter(|pair| *pair != ("", ""));
        Self(secrets.map(Secret::new).chain(pairs.map(pair)).collect())
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
        let hidden = self.hidden(id, text.as_bytes());
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

    /// Which bytes of a text must not be shown.
    fn hidden(&self, id: &str, text: &[u8]) -> Vec<bool> {
        let mut hidden = vec![false; text.len()];
        let (plain, decoded) = (View::plain(text), View::decoded(text));
        hide_codes(&decoded, &mut hidden);
        places(text, id.as_bytes()).for_each(|at| hidden[at..at + id.len()].fill(false));
        let forms = self.forms();
        hide_forms(&forms, WINDOW, &[&plain, &decoded], &mut hidden);
        let bare_forms = self.bare_forms(&forms);
        hide_forms(&bare_forms, BARE_WINDOW, &[&decoded.bare()], &mut hidden);
        hide_tokens(&decoded, &mut hidden);
        hidden
    }

    /// What encoders make of the secrets, folded.
    fn forms(&self) -> Vec<Form> {
        let mut forms = Vec::new();
        let mut add = |form: &[u8]| forms.push(folded(form));
        for secret in self.0.iter().map(Secret::expose) {
            add(secret.as_bytes());
            add(in_one_line(secret).as_bytes());
            // Escapes in it are undone along with those around it.
            add(&View::decoded(secret.as_bytes()).bytes);
            // A torn one may be long enough as it is, and too short once it is decoded.
            for set in ENCODED {
                // Reserved as a whole: growing would leave copies behind that are not wiped.
                let mut encoded = Zeroizing::new(String::with_capacity(secret.len() * 3));
                encoded.extend(utf8_percent_encode(secret, set));
                add(encoded.as_bytes());
            }
            base64_forms(secret.as_bytes(), &mut add);
        }
        forms
    }

    /// The letters and digits of these forms, and of what dumps make of the secrets. Shorter ones
    /// are words, too.
    fn bare_forms(&self, forms: &[Form]) -> Vec<Form> {
        const DUMPS: [fn(u8) -> String; 4] = [
            |byte| format!("{byte:02x}"),
            |byte| byte.to_string(),
            |byte| format!("{byte:03o}"),
            |byte| format!("u{byte:04x}"),
        ];
        let mut bare: Vec<_> = forms.iter().map(|form| bare(form)).collect();
        for secret in self.0.iter().map(Secret::expose) {
            bare.extend(DUMPS.map(|dump| {
                // Reserved as a whole, as above.
                let mut form = Zeroizing::new(Vec::with_capacity(secret.len() * 5));
                form.extend(secret.bytes().flat_map(|byte| dump(byte).into_bytes()));
                form
            }));
        }
        bare.retain(|form| form.len() >= BARE_WINDOW);
        bare
    }
}

/// What an encoder makes of a secret.
type Form = Zeroizing<Vec<u8>>;

/// Hides every run of so many characters of a form, and shorter forms as a whole. A text is compared
/// once with all of them, however many secrets there are.
fn hide_forms(forms: &[Form], window: usize, views: &[&View], hidden: &mut [bool]) {
    let mut known = HashSet::new();
    for form in forms {
        known.extend(form.windows(form.len().min(window)));
    }
    let lengths: HashSet<usize> = known.iter().map(|run| run.len()).collect();
    for view in views {
        let bytes = folded(&view.bytes);
        for length in &lengths {
            for (at, run) in bytes.windows(*length).enumerate() {
                if known.contains(run) {
                    view.hide(at, *length, hidden);
                }
            }
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
        let padded = Zeroizing::new([&[0; 2][..shift], secret].concat());
        let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(&*padded));
        let first = (shift * 8).div_ceil(6);
        for end in [padded.len() * 8 / 6, encoded.len()] {
            let form = &encoded[first..end];
            // Two letters are in every word; a secret of two bytes is hidden as it is.
            if form.len() >= MIN_FORM {
                add(form.as_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests;
