use super::*;

#[test]
fn another_head_follows_an_interim_one_and_none_a_101() {
    let is_interim = |status| {
        let head = format!("HTTP/1.1 {status} X\r\n\r\n");
        parse(head.as_bytes(), is_interim).unwrap().unwrap().1
    };
    let followed = [100, 102, 103, 199];
    assert!(followed.into_iter().all(is_interim));
    assert!(![101, 200, 407].into_iter().any(is_interim));
}

#[test]
fn a_value_in_several_lines_becomes_one_line_and_nothing_else_changes() {
    for (head, unfolded) in [
        ("A: b\r\n c\r\nD: e\r\n\r\n", "A: b   c\r\nD: e\r\n\r\n"),
        ("A: b\n c\nD: e\n\n", "A: b  c\nD: e\n\n"),
        ("A:\r\n\tb\r\n\t\tc\r\n\r\n", "A:  \tb  \t\tc\r\n\r\n"),
        ("\r\n b", "   b"),
        ("\r\n", "\r\n"),
    ] {
        let mut bytes = head.as_bytes().to_vec();
        unfold(&mut bytes);
        assert_eq!(String::from_utf8(bytes).unwrap(), unfolded, "{head:?}");
    }
}
