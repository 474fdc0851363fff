use super::*;

#[test]
fn the_input_grows_to_its_largest_size_and_keeps_what_is_unread() {
    let mut buffers = ExchangeBuffers::new(3);
    let mut given = 0;
    loop {
        let room = buffers.input_append_buf();
        if room.is_empty() {
            break;
        }
        let amount = room.len().min(1000);
        room[..amount].fill(u8::try_from(given % 251).unwrap_or_default());
        buffers.input_appended(amount);
        buffers.pass(amount);
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
    let mut buffers = ExchangeBuffers::new(3);
    assert!(!buffers.can_use_input());
    buffers.input_append_buf()[..2].copy_from_slice(b"ab");
    buffers.input_appended(2);
    assert!(buffers.input().is_empty());
    buffers.pass(2);
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

#[test]
fn what_was_sent_and_received_is_wiped_and_large_buffers_are_released() {
    let mut buffers = ExchangeBuffers::new(3);
    buffers.output().copy_from_slice(b"key");
    buffers.sent(3);
    assert_eq!(buffers.output(), [0; 3]);
    buffers.input_append_buf()[..5].copy_from_slice(b"token");
    buffers.input_appended(5);
    assert!(buffers.clear());
    assert!(!buffers.clear());
    assert!(buffers.input().is_empty());
    assert_eq!(buffers.input_append_buf(), [0; FIRST_INPUT_BYTES]);
    buffers.input_appended(FIRST_INPUT_BYTES);
    buffers.input_append_buf();
    assert!(buffers.input.len() > FIRST_INPUT_BYTES);
    assert!(buffers.clear());
    assert!(buffers.input.is_empty());
}

#[test]
fn a_part_of_what_is_unseen_can_be_taken_out() {
    let mut buffers = ExchangeBuffers::new(3);
    buffers.input_append_buf()[..8].copy_from_slice(b"abcdefgh");
    buffers.input_appended(8);
    buffers.pass(2);
    buffers.remove(1..4);
    assert_eq!(buffers.unseen(), b"cgh");
    buffers.pass(3);
    assert_eq!(buffers.input(), b"abcgh");
}
