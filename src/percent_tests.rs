use super::*;

#[test]
fn an_escape_is_decoded_and_anything_else_stands_for_itself() {
    for (text, decoded) in [
        ("", ""),
        ("a%2Fb", "a/b"),
        ("%2f%3F", "/?"),
        ("100%", "100%"),
        ("%zz%4", "%zz%4"),
        ("%%41", "%A"),
        ("+", "+"),
    ] {
        let bytes = decode(text.as_bytes()).map(|(_, byte)| byte);
        assert!(bytes.eq(decoded.bytes()), "{text}");
    }
    let places = decode(b"a%2Fb%").map(|(at, _)| at);
    assert!(places.eq([0, 1, 4, 5]));
}

#[test]
fn only_unreserved_characters_are_not_encoded() {
    assert_eq!(*encode("aZ09-._~é/ +"), "aZ09-._~%C3%A9%2F%20%2B");
    let text = "%é\\:";
    let decoded = decode(encode(text).as_bytes())
        .map(|(_, byte)| byte)
        .collect::<Vec<_>>();
    assert_eq!(decoded, text.as_bytes());
}
