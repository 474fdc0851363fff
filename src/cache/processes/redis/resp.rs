//! RESP, the protocol of Redis: commands are arrays of bulk strings, and the replies to those of this
//! library are flat (<https://redis.io/docs/latest/develop/reference/protocol-spec/>).

use super::super::store::MAX_VALUE_BYTES;
use crate::SecretBytes;

/// The longest reply has two values.
pub(super) const MAX_BULK_BYTES: usize = 3 * MAX_VALUE_BYTES;

/// A status or an error, and what stands before a bulk string.
const MAX_LINE_BYTES: usize = 4096;
/// More than the URL with user and password has: no copy of them is left behind.
const CREDENTIALS_BYTES: usize = 4096;

#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Reply {
    Status(String),
    Error(String),
    Integer(i64),
    Bulk(Vec<u8>),
    Null,
}

/// It is no flat reply, or larger than any that is asked for.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Malformed;

/// A command. It may contain a password.
pub(super) struct Command {
    pub(super) name: &'static str,
    count: usize,
    words: SecretBytes,
}

impl Command {
    pub(super) fn new(name: &'static str) -> Self {
        let command = Self {
            name,
            count: 0,
            words: SecretBytes::with_capacity(CREDENTIALS_BYTES),
        };
        command.arg(name)
    }

    pub(super) fn arg(mut self, word: impl AsRef<[u8]>) -> Self {
        let word = word.as_ref();
        let length = format!("${}\r\n", word.len());
        for part in [length.as_bytes(), word, b"\r\n"] {
            self.words.extend_from_slice(part);
        }
        self.count += 1;
        self
    }

    pub(super) fn number(self, number: u64) -> Self {
        self.arg(number.to_string())
    }

    /// As they are sent, one after the other.
    pub(super) fn bytes<'a>(commands: impl Iterator<Item = &'a Self> + Clone) -> SecretBytes {
        let lengths = commands.clone().map(|command| command.words.len() + 16);
        let mut bytes = SecretBytes::with_capacity(lengths.sum());
        for command in commands {
            bytes.extend_from_slice(format!("*{}\r\n", command.count).as_bytes());
            bytes.extend_from_slice(&command.words);
        }
        bytes
    }
}

/// The reply that `bytes` begin with, and its length; None if more has to be read.
pub(crate) fn parse(bytes: &[u8]) -> Result<Option<(Reply, usize)>, Malformed> {
    let Some((kind, rest)) = bytes.split_first() else {
        return Ok(None);
    };
    // An array would hold replies of its own, and takes stack to read.
    if !b"+-:$".contains(kind) {
        return Err(Malformed);
    }
    let Some(end) = memchr::memmem::find(rest, b"\r\n") else {
        let more = rest.len() < MAX_LINE_BYTES;
        return if more { Ok(None) } else { Err(Malformed) };
    };
    let line = String::from_utf8_lossy(&rest[..end]).into_owned();
    let begin = end + 3;
    let reply = match (kind, line.parse::<i64>()) {
        (b'+', _) => Reply::Status(line),
        (b'-', _) => Reply::Error(line),
        (b':', Ok(number)) => Reply::Integer(number),
        (b'$', Ok(-1)) => Reply::Null,
        (b'$', Ok(length)) => {
            let length = usize::try_from(length).map_err(|_| Malformed)?;
            let end = begin + length.min(MAX_BULK_BYTES);
            return match bytes.get(end..end + 2) {
                _ if length > MAX_BULK_BYTES => Err(Malformed),
                None => Ok(None),
                Some(b"\r\n") => Ok(Some((Reply::Bulk(bytes[begin..end].to_vec()), end + 2))),
                Some(_) => Err(Malformed),
            };
        }
        _ => return Err(Malformed),
    };
    Ok(Some((reply, begin)))
}

#[cfg(test)]
mod tests;
