//! Buffers of an exchange: they grow to what it needs, and are wiped and released after it.

use ureq::unversioned::transport::Buffers;

use crate::secret::SecretBytes;

/// A response has some 900 bytes.
const FIRST_INPUT_BYTES: usize = 2 * 1024;

/// The head of a response has to be whole in the buffer.
const MAX_INPUT_BYTES: usize = 16 * 1024;

#[derive(Default)]
pub(super) struct ExchangeBuffers {
    input: SecretBytes,
    /// What of the input is not consumed.
    start: usize,
    end: usize,
    /// Whether the last look at the input consumed some of it.
    progress: bool,
    output: SecretBytes,
    output_bytes: usize,
}

impl ExchangeBuffers {
    /// The head of the request has this length.
    pub(super) fn new(output_bytes: usize) -> Self {
        Self {
            output_bytes,
            ..Self::default()
        }
    }

    fn make_room(&mut self) {
        let unread = self.end - self.start;
        if self.end == self.input.len() && unread < MAX_INPUT_BYTES {
            let size = (2 * unread).clamp(FIRST_INPUT_BYTES, MAX_INPUT_BYTES);
            let mut larger = SecretBytes::zeros(size);
            larger[..unread].copy_from_slice(&self.input[self.start..self.end]);
            self.input = larger;
            (self.start, self.end) = (0, unread);
        }
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
        &self.input[self.start..self.end]
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.make_room();
        &mut self.input[self.end..]
    }

    fn input_appended(&mut self, amount: usize) {
        self.end += amount;
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        self.start += amount;
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
    }

    /// For the body of a request, of which there is none.
    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        (&mut self.input[self.end..], &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        self.start < self.end && self.progress
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_input_grows_to_its_largest_size_and_keeps_what_is_unread() {
        let mut buffers = ExchangeBuffers::new(0);
        let mut given = 0;
        loop {
            let room = buffers.input_append_buf();
            if room.is_empty() {
                break;
            }
            let amount = room.len().min(1000);
            room[..amount].fill(u8::try_from(given % 251).unwrap_or_default());
            buffers.input_appended(amount);
            given += 1;
        }
        assert_eq!(buffers.input().len(), MAX_INPUT_BYTES);
        assert!(buffers.input().starts_with(&[0; 1000]));
        buffers.input_consume(1000);
        assert!(buffers.input().starts_with(&[1; 1000]));
        assert_eq!(buffers.input_append_buf().len(), 1000);
    }

    #[test]
    fn input_that_is_not_consumed_waits_for_more() {
        let mut buffers = ExchangeBuffers::new(0);
        assert!(!buffers.can_use_input());
        buffers.input_append_buf()[..2].copy_from_slice(b"ab");
        buffers.input_appended(2);
        assert!(!buffers.can_use_input());
        buffers.input_consume(1);
        assert!(buffers.can_use_input());
        assert_eq!(buffers.input(), b"b");
        buffers.input_consume(0);
        assert!(!buffers.can_use_input());
        buffers.input_consume(1);
        assert!(!buffers.can_use_input());
        assert!(buffers.input().is_empty());
    }
}
