//! Buffers of an exchange: they are there for one alone, and wiped after it.

use std::ops::Range;

use ureq::unversioned::transport::Buffers;

use crate::secret::SecretBytes;

/// The head of a response has to be whole in the buffer; a token response has some 900 bytes.
const INPUT_BYTES: usize = 16 * 1024;

pub(super) struct ExchangeBuffers {
    input: SecretBytes,
    /// What of the input is not consumed: up to `seen` it is passed on.
    start: usize,
    seen: usize,
    end: usize,
    /// Whether the last look at the input consumed some of it.
    progress: bool,
    output: SecretBytes,
    output_bytes: usize,
}

impl ExchangeBuffers {
    /// For requests whose heads are no longer than this.
    pub(super) fn new(output_bytes: usize) -> Self {
        Self {
            input: SecretBytes::default(),
            start: 0,
            seen: 0,
            end: 0,
            progress: false,
            output: SecretBytes::default(),
            output_bytes,
        }
    }

    /// Wipes and forgets what was sent and received.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.output_bytes);
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
        if self.output.is_empty() {
            self.output = SecretBytes::zeros(self.output_bytes);
        }
        &mut self.output
    }

    fn input(&self) -> &[u8] {
        &self.input[self.start..self.seen]
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        if self.input.is_empty() {
            self.input = SecretBytes::zeros(INPUT_BYTES);
        }
        if self.end == self.input.len() {
            self.input.copy_within(self.start.., 0);
            self.seen -= self.start;
            self.end -= self.start;
            self.start = 0;
        }
        &mut self.input[self.end..]
    }

    fn input_appended(&mut self, amount: usize) {
        self.end += amount;
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        self.start += amount;
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
#[path = "buffers_tests.rs"]
mod tests;
