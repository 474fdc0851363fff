use super::*;

/// RFC 6750, section 2.1.
const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";

#[test]
fn a_token_has_the_characters_of_rfc_6750_at_every_place() {
    for length in 1..=20 {
        for place in 0..length {
            for character in (0..=255).map(char::from) {
                let mut token = "a".repeat(length);
                token.replace_range(place..=place, &character.to_string());
                // An equals sign has its place at the end.
                let padding = character == '=' && place == length - 1 && length > 1;
                let expected = ALPHABET.contains(character) || padding;
                assert_eq!(check_access(&token).is_ok(), expected, "{token:?}");
            }
        }
    }
}

#[test]
fn a_token_has_an_end_and_a_beginning() {
    for (token, taken) in [
        ("", false),
        ("=", false),
        ("====", false),
        ("a====", true),
        ("=a", false),
        (&"a".repeat(8192), true),
        (&"a".repeat(8193), false),
    ] {
        assert_eq!(check_access(token).is_ok(), taken, "{token}");
    }
}
