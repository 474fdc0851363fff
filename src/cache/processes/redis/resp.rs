//! RESP, the protocol of Redis: commands are arrays of bulk strings, and the replies to those of this
//! library are flat (<https://redis.io/docs/latest/develop/reference/protocol-spec/>).

use super::super::store::MAX_VALUE_BYTES;
use crate::SecretBytes;

/// The longest reply has two values.
pub(super) const MAX_BULK_BYTES: usize = 3 * MAX_VALUE_BYTES;

/// A status or an error, and what stands before a bulk string.
const MAX_LINE_BYTES: usize = 4096;

#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Reply {
    Status(String),
    Error(String),
    Integer(i64),
    Bulk(Vec<u8>),
}

/// Of a reply that is not flat, or larger than any that is asked for.
pub(crate) const MALFORMED: &str = "the server does not respond as Redis does, or has closed the \
                                    connection; check host and port in cache";

/// A command as it is sent. It may contain a password.
pub(super) struct Command {
    pub(super) name: &'static str,
    pub(super) bytes: SecretBytes,
}

impl Command {
    pub(super) fn new(name: &'static str, words: &[&[u8]]) -> Self {
        /// What stands before a word and behind it, at most.
        const FRAME: usize = 32;
        let words = [&[name.as_bytes()], words].concat();
        // As much as is needed: growing would leave copies of a password behind.
        let lengths = words.iter().map(|word| word.len() + FRAME);
        let mut bytes = SecretBytes::with_capacity(FRAME + lengths.sum::<usize>());
        bytes.extend_from_slice(format!("*{}\r\n", words.len()).as_bytes());
        for word in words {
            let length = word.len().to_string();
            for part in [b"$", length.as_bytes(), b"\r\n", word, b"\r\n"] {
                bytes.extend_from_slice(part);
            }
        }
        Self { name, bytes }
    }
}

/// The reply that `bytes` begin with, and its length; None if more has to be read.
pub(crate) fn parse(bytes: &[u8]) -> Result<Option<(Reply, usize)>, &'static str> {
    let Some((kind, rest)) = bytes.split_first() else {
        return Ok(None);
    };
    // An array would hold replies of its own, and takes stack to read.
    if !b"+-:$".contains(kind) {
        return Err(MALFORMED);
    }
    let Some(end) = memchr::memmem::find(rest, b"\r\n") else {
        let more = rest.len() < MAX_LINE_BYTES;
        return if more { Ok(None) } else { Err(MALFORMED) };
    };
    let line = String::from_utf8_lossy(&rest[..end]).into_owned();
    let begin = end + 3;
    let reply = match (kind, line.parse::<i64>()) {
        (b'+', _) => Reply::Status(line),
        (b'-', _) => Reply::Error(line),
        (b':', Ok(number)) => Reply::Integer(number),
        (b'$', Ok(length)) => {
            let length = usize::try_from(length).map_err(|_| MALFORMED)?;
            let end = begin + length.min(MAX_BULK_BYTES);
            return match bytes.get(end..end + 2) {
                _ if length > MAX_BULK_BYTES => Err(MALFORMED),
                None => Ok(None),
                Some(b"\r\n") => Ok(Some((Reply::Bulk(bytes[begin..end].to_vec()), end + 2))),
                Some(_) => Err(MALFORMED),
            };
        }
        _ => return Err(MALFORMED),
    };
    Ok(Some((reply, begin)))
}

#[cfg(test)]
mod tests;
