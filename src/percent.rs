//! Percent-encoding of URLs (RFC 3986, section 2.1).

use zeroize::Zeroizing;

/// What no encoder of URLs has to encode, beside letters and digits.
pub(crate) const UNRESERVED: &[u8] = b"-._~";

/// The decoded bytes, each with its place in the text. Decodes as curl does: a '%' that is no
/// escape stands for itself.
pub(crate) fn decode(text: &[u8]) -> impl Iterator<Item = (usize, u8)> + '_ {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    let mut next = 0;
    std::iter::from_fn(move || {
        let at = next;
        let byte = *text.get(at)?;
        let escaped = match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => u8::try_from(high << 4 | low).ok(),
            _ => None,
        };
        next += if escaped.is_some() { 3 } else { 1 };
        Some((at, escaped.unwrap_or(byte)))
    })
}

/// Encodes all but RFC 3986's unreserved characters, so that no parser sees a delimiter.
pub(crate) fn encode(text: &str) -> Zeroizing<String> {
    encode_but(UNRESERVED, text)
}

/// Encodes all but letters, digits and what is `kept`.
pub(crate) fn encode_but(kept: &[u8], text: &str) -> Zeroizing<String> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    // Reserved as a whole: growing would leave copies behind that are not wiped.
    let mut out = Zeroizing::new(String::with_capacity(text.len() * 3));
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for half in [byte >> 4, byte & 15] {
                out.push(char::from(DIGITS[usize::from(half)]));
            }
        }
    }
    out
}

#[cfg(test)]
#[path = "percent_tests.rs"]
mod tests;
