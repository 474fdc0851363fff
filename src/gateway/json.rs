//! The one shape of JSON that the gateway sends.

use serde::Deserialize;

/// serde also takes an array of a struct's members for the struct: here an array is nothing.
pub(super) fn object<'a, T: Deserialize<'a>>(text: &'a [u8]) -> serde_json::Result<T> {
    // Some servers begin with a byte order mark, which says nothing (RFC 8259, 8.1).
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let array = text.trim_ascii_start().starts_with(b"[");
    serde_json::from_slice(if array { b"" } else { text })
}
