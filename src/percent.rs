//! Percent-encoding of URLs (RFC 3986, section 2.1), in memory that is wiped.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

/// What an encoder of URLs must encode: no parser then sees a delimiter.
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

pub(crate) fn encode(text: &str, set: &'static AsciiSet) -> Zeroizing<String> {
    // Reserved as a whole: growing would leave copies behind that are not wiped.
    let mut out = Zeroizing::new(String::with_capacity(text.len() * 3));
    out.extend(utf8_percent_encode(text, set));
    out
}

/// As curl does it: a '%' that is no escape stands for itself.
pub(crate) fn decode(text: &str) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    bytes.extend(percent_encoding::percent_decode_str(text));
    bytes
}

#[cfg(test)]
mod tests;
