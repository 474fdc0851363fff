//! Buffers of an exchange: they grow to what it needs, and are wiped and shrunk after it.

use std::mem;
use std::ops::Range;

use ureq::unversioned::transport::Buffers;
use zeroize::zeroize_bytes;

use crate::SecretBytes;

/// A response has some 900 bytes.
const FIRST_INPUT_BYTES: usize = 2 * 1024;

/// The head of a response has to be whole in the buffer.
const MAX_INPUT_BYTES: usize = 16 * 1024;

#[derive(Default)]
pub(super) struct ExchangeBuffers {
    input: SecretBytes,
    /// What of the input is not consumed: up to `seen` it is passed on.
    start: usize,
    seen: usize,
    end: usize,
    /// Whether the last look at the input consumed some of it.
    progress: bool,
    /// Whether there is something to wipe.
    has_received: bool,
    output: SecretBytes,
}

impl ExchangeBuffers {
    /// For requests that have no longer line than this.
    pub(super) fn new(line_bytes: usize) -> Self {
        Self {
            output: SecretBytes::zeros(line_bytes),
            ..Self::default()
        }
    }

    /// Wipes what was sent.
    pub(super) fn sent(&mut self, amount: usize) {
        zeroize_bytes(&mut self.output[..amount]);
    }

    /// Wipes and forgets what was received. Says whether something was.
    pub(super) fn clear(&mut self) -> bool {
        if !mem::take(&mut self.has_received) {
            return false;
        }
        if self.input.len() > FIRST_INPUT_BYTES {
            self.input = SecretBytes::default();
        }
        self.input.wipe();
        (self.start, self.seen, self.end) = (0, 0, 0);
        true
    }

    /// What is received and not yet passed on.
    pub(super) fn unseen(&mut self) -> &mut [u8] {
        &mut self.input[self.seen..self.end]
    }

    /// Passes on so much of what is unseen.
    pub(super) fn pass(&mut self, amount: usize) {
        self.seen += amount;
    }

    /// Takes a part out of what is unseen.
    pub(super) fn remove(&mut self, part: Range<usize>) {
        let (to, from) = (self.seen + part.start, self.seen + part.end);
        self.input.copy_within(from..self.end, to);
        self.end -= part.len();
    }
}

impl Buffers for ExchangeBuffers {
    fn output(&mut self) -> &mut [u8] {
        &mut self.output
    }

    fn input(&self) -> &[u8] {
        &self.input[self.start..self.seen]
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        let unread = self.end - self.start;
        if self.end == self.input.len() && unread < MAX_INPUT_BYTES {
            let size = (2 * unread).clamp(FIRST_INPUT_BYTES, MAX_INPUT_BYTES);
            let mut larger = SecretBytes::zeros(size);
            larger[..unread].copy_from_slice(&self.input[self.start..self.end]);
            self.input = larger;
            (self.start, self.seen, self.end) = (0, self.seen - self.start, unread);
        }
        &mut self.input[self.end..]
    }

    fn input_appended(&mut self, amount: usize) {
        self.end += amount;
        self.has_received = true;
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        self.start += amount;
        if self.start == self.end {
            (self.start, self.seen, self.end) = (0, 0, 0);
        }
    }

    /// For the body of a request, of which there is none.
    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        (&mut self.input[self.end..], &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        self.start < self.seen && self.progress
    }
}

#[cfg(test)]
mod tests;
