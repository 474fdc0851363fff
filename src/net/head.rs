//! Head of a response: its status and header fields, and how a challenge names its schemes.

use std::mem::MaybeUninit;

use httparse::{Header, ParserConfig, Response, Status};
use memchr::memchr;

/// As many as the HTTP library takes.
const MAX_HEADER_FIELDS: usize = 128;

/// How long a head is and what `read` makes of it; None if it has not ended.
pub(crate) fn parse<T>(
    input: &[u8],
    read: impl FnOnce(&Response) -> T,
) -> Result<Option<(usize, T)>, httparse::Error> {
    let mut fields = [const { MaybeUninit::uninit() }; MAX_HEADER_FIELDS];
    let mut head = Response::new(&mut []);
    let mut config = ParserConfig::default();
    config.allow_obsolete_multiline_headers_in_responses(true);
    let parsed = config.parse_response_with_uninit_headers(&mut head, input, &mut fields)?;
    Ok(match parsed {
        Status::Complete(length) => Some((length, read(&head))),
        Status::Partial => None,
    })
}

/// Whether another head follows. 101 is the last one.
pub(crate) fn is_interim(head: &Response) -> bool {
    matches!(head.code, Some(100 | 102..=199))
}

pub(crate) fn values<'a>(among: &'a [Header<'a>], name: &'a str) -> impl Iterator<Item = &'a [u8]> {
    let named = |field: &&Header| field.name.eq_ignore_ascii_case(name);
    among.iter().filter(named).map(|field| field.value)
}

/// Makes blanks of the line ends within the values of a head that was parsed (RFC 9112, 5.2).
pub(crate) fn unfold(head: &mut [u8]) {
    let mut at = 0;
    while let Some(length) = memchr(b'\n', &head[at..]) {
        let end = at + length;
        at = end + 1;
        if matches!(head.get(at), Some(b' ' | b'\t')) {
            let end = end - usize::from(head[..end].ends_with(b"\r"));
            head[end..at].fill(b' ');
        }
    }
}

/// Whether a challenge (RFC 9110, 11.6.1) names this scheme, alone or among others.
pub(crate) fn offers(challenge: &[u8], scheme: &str) -> bool {
    let mut is_quoted = false;
    let mut parts = challenge.split(|byte| {
        is_quoted ^= *byte == b'"';
        *byte == b',' && !is_quoted
    });
    parts.any(|part| {
        let mut words = part.trim_ascii_start().split(u8::is_ascii_whitespace);
        let is_scheme = |word: &[u8]| word.eq_ignore_ascii_case(scheme.as_bytes());
        words.next().is_some_and(is_scheme)
    })
}

#[cfg(test)]
mod tests;
