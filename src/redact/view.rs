//! A text from outside as it is shown, and as secrets are looked for in it.

use zeroize::Zeroizing;

/// A text as secrets are looked for in it.
pub(super) struct View {
    /// Folded.
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// Where each of them begins in the text, and where the last one ends.
    pub(super) places: Vec<usize>,
}

impl View {
    pub(super) fn plain(text: &[u8]) -> Self {
        Self {
            bytes: folded(text),
            places: (0..=text.len()).collect(),
        }
    }

    /// Which characters are encoded differs from one encoder of URLs to the next: what they were is
    /// the same. A '%' that is no escape stands for itself.
    pub(super) fn percent_decoded(text: &[u8]) -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
        let mut places = Vec::with_capacity(text.len() + 1);
        let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
        let mut at = 0;
        while let Some(byte) = text.get(at) {
            places.push(at);
            match (byte, digit(at + 1), digit(at + 2)) {
                (b'%', Some(high), Some(low)) => {
                    // Two digits are less than 256.
                    bytes.extend(u8::try_from(high << 4 | low));
                    at += 3;
                }
                _ => {
                    bytes.push(*byte);
                    at += 1;
                }
            }
        }
        places.push(text.len());
        Self {
            bytes: folded(&bytes),
            places,
        }
    }
}

/// In lower case; and a blank is a plus, since in forms it is written as one.
pub(super) fn folded(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let fold = |byte: &u8| match byte {
        b' ' => b'+',
        byte => byte.to_ascii_lowercase(),
    };
    Zeroizing::new(text.iter().map(fold).collect())
}

/// Without control characters, the line separators that are none, and the marks that turn the
/// direction of text around.
pub(super) fn in_one_line(text: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    for c in text.chars() {
        let is_plain =
            !c.is_control() && !matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        out.push(if is_plain { c } else { ' ' });
    }
    out
}
