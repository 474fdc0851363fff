//! Framing of a response, looked at before the HTTP library reads it: that one refuses interim
//! responses with header fields, folded lines and long chunk extensions, and takes odd chunk sizes and
//! codings.

use std::ops::Range;

use super::buffers::ExchangeBuffers;
use crate::net::head;

/// What comes next.
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

enum Coding {
    Interim,
    None,
    Chunked,
    Unknown,
}

impl Framing {
    /// Passes on what can be read of the input.
    pub(super) fn look_at(&mut self, buffers: &mut ExchangeBuffers) {
        loop {
            let amount = buffers.unseen().len();
            if amount == 0 {
                return;
            }
            let is_whole = match *self {
                Self::Head => self.head(buffers),
                Self::ChunkSize => self.chunk_size(buffers),
                Self::Chunk(left) => {
                    let amount = left.min(amount);
                    buffers.pass(amount);
                    *self = match left - amount {
                        0 => Self::ChunkSize,
                        left => Self::Chunk(left),
                    };
                    true
                }
                Self::Rest => {
                    buffers.pass(amount);
                    true
                }
                Self::Broken(_) => false,
            };
            if !is_whole {
                return;
            }
        }
    }

    /// Returns whether the head has ended.
    fn head(&mut self, buffers: &mut ExchangeBuffers) -> bool {
        let input = buffers.unseen();
        let Ok(parsed) = head::parse(input, coding) else {
            // The HTTP library says what is wrong.
            *self = Self::Rest;
            return true;
        };
        let Some((length, coding)) = parsed else {
            return false;
        };
        *self = match coding {
            Coding::Interim => {
                buffers.remove(0..length);
                return true;
            }
            Coding::None => Self::Rest,
            Coding::Chunked => Self::ChunkSize,
            Coding::Unknown => {
                *self = Self::Broken("its Transfer-Encoding is not chunked, and chunked alone");
                return false;
            }
        };
        head::unfold(&mut input[..length]);
        buffers.pass(length);
        true
    }

    /// Returns whether the line has ended.
    fn chunk_size(&mut self, buffers: &mut ExchangeBuffers) -> bool {
        let line = buffers.unseen();
        let Some(end) = line.windows(2).position(|pair| pair == b"\r\n") else {
            return false;
        };
        let Some((size, rest)) = chunk_size(&line[..end]) else {
            *self = Self::Broken("a chunk has no proper size");
            return false;
        };
        *self = match size {
            0 => Self::Rest,
            size => Self::Chunk(size.saturating_add(2)),
        };
        let zeros = rest.start.saturating_sub(MAX_SIZE_DIGITS);
        let line_end = rest.start - zeros + 2;
        buffers.remove(rest);
        buffers.remove(0..zeros);
        buffers.pass(line_end);
        true
    }
}

/// In hexadecimal.
const MAX_SIZE_DIGITS: usize = size_of::<usize>() * 2;

/// The size, and where in the line its extensions are.
fn chunk_size(line: &[u8]) -> Option<(usize, Range<usize>)> {
    let digits = line.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    let (number, extensions) = line.split_at(digits);
    let is_text = |b: &u8| *b == b'\t' || !b.is_ascii_control();
    let are_extensions = extensions.trim_ascii_start().starts_with(b";");
    if !(extensions.is_empty() || are_extensions && extensions.iter().all(is_text)) {
        return None;
    }
    let number = std::str::from_utf8(number).ok()?;
    let size = usize::from_str_radix(number, 16).ok()?;
    Some((size, digits..line.len()))
}

fn coding(head: &httparse::Response) -> Coding {
    if head::is_interim(head) {
        return Coding::Interim;
    }
    let mut values = head::values(head.headers, "transfer-encoding");
    match (values.next().map(<[u8]>::trim_ascii), values.next()) {
        (None, _) => Coding::None,
        (Some(value), None) if value.eq_ignore_ascii_case(b"identity") => Coding::None,
        (Some(value), None)
            if value.eq_ignore_ascii_case(b"chunked") && head.version == Some(1) =>
        {
            Coding::Chunked
        }
        _ => Coding::Unknown,
    }
}
