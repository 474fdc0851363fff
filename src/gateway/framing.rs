//! Framing of a response, looked at before the HTTP library reads it: that one refuses interim
//! responses with header fields, folded lines and long chunk extensions, and takes odd chunk sizes and
//! codings.

use memchr::memchr_iter;

use super::buffers::ExchangeBuffers;
use crate::net::head;

#[derive(Clone, Copy, Default)]
pub(super) enum Framing {
    #[default]
    Head,
    ChunkSize,
    /// So many bytes of a chunk, its line end included.
    Chunk(usize),
    /// Nothing that has to be looked at.
    Rest,
    /// What is wrong with it, for when all is read that came before.
    Broken(&'static str),
}

impl Framing {
    /// Passes on what can be read of the input.
    pub(super) fn look_at(&mut self, buffers: &mut ExchangeBuffers) {
        while let Some(next) = self.step(buffers) {
            *self = next;
        }
    }

    /// Passes on the next part if it is whole, and says what comes behind it.
    fn step(self, buffers: &mut ExchangeBuffers) -> Option<Self> {
        let input = buffers.unseen();
        if input.is_empty() {
            return None;
        }
        let (amount, next) = match self {
            Self::Head if is_plain_head(input) => (input.len(), Self::Rest),
            Self::Head => {
                // What is wrong with a head the HTTP library says.
                let Ok(parsed) = head::parse(input, after_head) else {
                    return Some(Self::Rest);
                };
                let (length, next) = parsed?;
                match next {
                    Self::Head => buffers.remove(0..length),
                    Self::Broken(_) => {}
                    _ => {
                        head::unfold(&mut input[..length]);
                        buffers.pass(length);
                    }
                }
                return Some(next);
            }
            Self::ChunkSize => {
                let end = input.windows(2).position(|pair| pair == b"\r\n")?;
                let Some((size, digits)) = chunk_size(&input[..end]) else {
                    return Some(Self::Broken("a chunk has no proper size"));
                };
                let zeros = digits.saturating_sub(MAX_HEX_DIGITS);
                buffers.remove(digits..end);
                buffers.remove(0..zeros);
                let next = match size {
                    0 => Self::Rest,
                    size => Self::Chunk(size.saturating_add(2)),
                };
                (digits - zeros + 2, next)
            }
            Self::Chunk(left) if left <= input.len() => (left, Self::ChunkSize),
            Self::Chunk(left) => (input.len(), Self::Chunk(left - input.len())),
            Self::Rest => (input.len(), Self::Rest),
            Self::Broken(_) => return None,
        };
        buffers.pass(amount);
        Some(next)
    }
}

/// Whether the head is whole and final, and no line is folded or begins like Transfer-Encoding, as in
/// nearly every response. To parse it here, too, takes a fiftieth of a request's instructions.
fn is_plain_head(input: &[u8]) -> bool {
    let is_final = matches!(input.get(9), Some(b'2'..=b'5'));
    let mut lines = memchr_iter(b'\n', input).map(|end| &input[end + 1..]);
    let is_other = |line: &&[u8]| matches!(line, [b' ' | b'\t' | b'T' | b't' | b'\r' | b'\n', ..]);
    let is_end = |line: &[u8]| line.starts_with(b"\r\n") || line.starts_with(b"\n");
    is_final && lines.find(is_other).is_some_and(is_end)
}

const MAX_HEX_DIGITS: usize = size_of::<usize>() * 2;

/// The size in such a line, and how many digits it has. Extensions may follow.
fn chunk_size(line: &[u8]) -> Option<(usize, usize)> {
    let digits = line.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    let (number, extensions) = line.split_at(digits);
    let is_text = |b: &u8| *b == b'\t' || !b.is_ascii_control();
    let are_extensions = extensions.trim_ascii_start().starts_with(b";");
    if !(extensions.is_empty() || are_extensions && extensions.iter().all(is_text)) {
        return None;
    }
    let number = std::str::from_utf8(number).ok()?;
    let size = usize::from_str_radix(number, 16).ok()?;
    Some((size, digits))
}

fn after_head(head: &httparse::Response) -> Framing {
    if head::is_interim(head) {
        return Framing::Head;
    }
    let mut codings = head::values(head.headers, "transfer-encoding").map(<[u8]>::trim_ascii);
    match (codings.next(), codings.next()) {
        (None, _) => Framing::Rest,
        (Some(coding), None) if coding.eq_ignore_ascii_case(b"identity") => Framing::Rest,
        (Some(coding), None)
            if coding.eq_ignore_ascii_case(b"chunked") && head.version == Some(1) =>
        {
            Framing::ChunkSize
        }
        _ => Framing::Broken("its Transfer-Encoding is not chunked, and chunked alone"),
    }
}

#[cfg(test)]
mod tests;
