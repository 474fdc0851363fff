//! View of a peer's text: as it is shown, and as secrets are looked for in it.

use std::ops::Range;

use zeroize::Zeroizing;

/// A text as secrets are looked for in it.
pub(super) struct View {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// Where each of them is in the text.
    places: Vec<Range<usize>>,
}

impl View {
    pub(super) fn plain(text: &[u8]) -> Self {
        Self {
            bytes: Zeroizing::new(text.to_vec()),
            places: (0..text.len()).map(|at| at..at + 1).collect(),
        }
    }

    /// Without the escapes of URLs, JSON and HTML, however many of them lie over one another.
    pub(super) fn decoded(text: &[u8]) -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
        let mut places = Vec::with_capacity(text.len() + 1);
        for (place, byte) in text.iter().enumerate() {
            bytes.push(*byte);
            places.push(place);
            // What an escape stands for may be the end of another. Each makes the text shorter, so
            // that there are fewer of them than bytes.
            while let Some((length, decoded)) = escape_at_end(&bytes) {
                let start = bytes.len() - length;
                bytes.truncate(start);
                bytes.extend_from_slice(&decoded);
                let place = places[start];
                places.truncate(start);
                places.resize(bytes.len(), place);
            }
        }
        places.push(text.len());
        let places = places.windows(2).map(|ends| ends[0]..ends[1]).collect();
        Self { bytes, places }
    }

    /// Its letters and digits alone.
    pub(super) fn bare(&self) -> Self {
        let is_kept = |byte: &u8| byte.is_ascii_alphanumeric();
        let places = self.bytes.iter().zip(&self.places);
        let places = places.filter(|(byte, _)| is_kept(byte));
        Self {
            bytes: bare(&self.bytes),
            places: places.map(|(_, place)| place.clone()).collect(),
        }
    }

    /// Marks what these bytes of the view are in the text.
    pub(super) fn hide(&self, at: usize, length: usize, hidden: &mut [bool]) {
        hidden[self.places[at].start..self.places[at + length - 1].end].fill(true);
    }
}

/// The length of the escape that a text ends with, and what it stands for.
fn escape_at_end(text: &[u8]) -> Option<(usize, Vec<u8>)> {
    let utf8 = |code: u32| Some(char::from_u32(code)?.to_string().into_bytes());
    let hex = |digits: usize| number(&text[text.len() - digits..], 16);
    match text {
        [.., b'%', _, _] => Some((3, vec![hex(2)? as u8])),
        [.., b'\\', b'x', _, _] => Some((4, vec![hex(2)? as u8])),
        [.., b'\\', b'u', _, _, _, _] => Some((6, utf8(hex(4)?)?)),
        [.., b'\\', b'n' | b'r' | b't'] => Some((2, vec![b' '])),
        [.., b'\\', c @ (b'\\' | b'/' | b'"' | b'\'')] => Some((2, vec![*c])),
        [.., b';'] => {
            const MAX_ENTITY: usize = "&#x0000001F600;".len();
            let tail = &text[text.len().saturating_sub(MAX_ENTITY)..];
            let entity = &tail[tail.iter().rposition(|b| *b == b'&')?..];
            let decoded = match &entity[1..entity.len() - 1] {
                b"amp" => vec![b'&'],
                b"lt" => vec![b'<'],
                b"gt" => vec![b'>'],
                b"quot" => vec![b'"'],
                b"apos" => vec![b'\''],
                [b'#', b'x' | b'X', digits @ ..] => utf8(number(digits, 16)?)?,
                [b'#', digits @ ..] => utf8(number(digits, 10)?)?,
                _ => return None,
            };
            Some((entity.len(), decoded))
        }
        _ => None,
    }
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let mut digits = digits.iter().map(|byte| char::from(*byte).to_digit(radix));
    digits.try_fold(0u32, |number, digit| {
        number.checked_mul(radix)?.checked_add(digit?)
    })
}

/// The letters and digits of a text.
pub(super) fn bare(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(text.len()));
    out.extend(text.iter().filter(|byte| byte.is_ascii_alphanumeric()));
    out
}

/// In lower case; a blank is a plus, since in forms it is written as one; and the two characters that
/// base64 has of its own for URLs are the usual ones.
pub(super) fn folded(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let fold = |byte: &u8| match byte {
        b' ' | b'-' => b'+',
        b'_' => b'/',
        byte => byte.to_ascii_lowercase(),
    };
    Zeroizing::new(text.iter().map(fold).collect())
}

/// Without control characters, Unicode's line separators, and marks that turn text around.
pub(super) fn in_one_line(text: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    out.extend(text.chars().map(|c| match c {
        '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ' ',
        c if c.is_control() => ' ',
        c => c,
    }));
    out
}

/// Where `name` stands, whatever the case of its letters: nowhere if it is empty.
pub(super) fn places<'a>(text: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let windows = text.windows(name.len().max(1)).enumerate();
    let found = windows.filter(move |(_, window)| window.eq_ignore_ascii_case(name));
    found.map(|(at, _)| at)
}
