use super::is_plain_head;

#[test]
fn a_head_is_plain_once_it_is_whole_and_has_nothing_to_look_at() {
    for end in ["\r\n", "\n"] {
        let head = format!("HTTP/1.1 200 OK{end}A: b{end}{end}");
        let is_plain = |length: &usize| is_plain_head(&head.as_bytes()[..*length]);
        assert_eq!((0..=head.len()).find(is_plain), Some(head.len()));
        assert!(is_plain_head(format!("{head}body").as_bytes()));
        for line in [" c", "\tc", "Transfer-Encoding: d", "transfer-encoding: d"] {
            let other = head.replace("A: b", &format!("A: b{end}{line}"));
            assert!(!is_plain_head(other.as_bytes()), "{other:?}");
        }
        assert!(!is_plain_head(head.replace("200", "100").as_bytes()));
    }
}
