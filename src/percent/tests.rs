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
        assert_eq!(*decode(text), decoded.as_bytes(), "{text}");
    }
}

#[test]
fn only_unreserved_characters_are_not_encoded() {
    assert_eq!(*encode("aZ09-._~é/ +", RESERVED), "aZ09-._~%C3%A9%2F%20%2B");
    let text = "%é\\:";
    assert_eq!(*decode(&encode(text, RESERVED)), text.as_bytes());
}
