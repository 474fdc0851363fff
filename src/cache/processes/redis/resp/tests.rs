use super::*;

#[test]
fn a_command_is_an_array_of_bulk_strings() {
    let command = Command::new("SET", &[b"key", b"a\r\nb\xff", b""]);
    let expected = b"*4\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\na\r\nb\xff\r\n$0\r\n\r\n";
    assert_eq!(*command.bytes, expected);
}

#[test]
fn flat_replies_are_read_whole_and_no_byte_further() {
    for (bytes, reply) in [
        (&b"+OK\r\n"[..], Reply::Status("OK".to_owned())),
        (b"-ERR no\r\n", Reply::Error("ERR no".to_owned())),
        (b":-7\r\n", Reply::Integer(-7)),
        (b"$0\r\n\r\n", Reply::Bulk(Vec::new())),
        (b"$4\r\na\r\nb\r\n", Reply::Bulk(b"a\r\nb".to_vec())),
    ] {
        for length in 0..bytes.len() {
            assert_eq!(parse(&bytes[..length]), Ok(None), "{reply:?}");
        }
        let more = [bytes, b":1\r\n"].concat();
        assert_eq!(parse(&more), Ok(Some((reply, bytes.len()))));
    }
}

#[test]
fn other_replies_are_refused_as_soon_as_they_are_seen() {
    for bytes in [
        &b"*"[..],
        b"%1\r\n",
        b"_\r\n",
        b"H",
        b"\0",
        b":\r\n",
        b":1x\r\n",
        b":9223372036854775808\r\n",
        b"$x\r\n",
        b"$-1\r\n",
        b"$98305\r\n",
        b"$9223372036854775807\r\n",
        b"$1\r\nabc",
    ] {
        assert_eq!(parse(bytes), Err(MALFORMED), "{bytes:?}");
    }
    assert_eq!(parse(b"$98304\r\n"), Ok(None), "the largest value");
    let line = |length| [b"+", vec![b'x'; length].as_slice()].concat();
    assert_eq!(parse(&line(MAX_LINE_BYTES - 1)), Ok(None));
    assert_eq!(parse(&line(MAX_LINE_BYTES)), Err(MALFORMED));
}
