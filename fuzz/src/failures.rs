//! What is true of every error, whatever it tells of.

use crate::hidden::{REPLACEMENT, Secrets};

/// The longest text of each member that the header promises; of a message it promises none.
const LONGEST_MESSAGE: usize = 2048;
const LONGEST_CODE: usize = 128;
const LONGEST_BODY: usize = 4096;

/// RFC 6750 section 2.1.
pub fn is_token68(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b);
    !body.is_empty() && body.bytes().all(fits)
}

/// Message, code and body of an error.
pub fn check(texts: [&str; 3], http_status: i32, secrets: &Secrets) {
    let longest = [LONGEST_MESSAGE, LONGEST_CODE, LONGEST_BODY];
    for (text, longest) in texts.into_iter().zip(longest) {
        assert!(text.len() <= longest, "{texts:?}");
        assert!(!text.contains(char::is_control), "{texts:?}");
        assert_eq!(secrets.seen_in(text), None, "{texts:?}");
    }
    let [message, code, body] = texts;
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
    let code = code.replace(REPLACEMENT, "");
    assert!(!message.is_empty(), "{texts:?}");
    assert!(code.bytes().all(is_plain), "{texts:?}");
    if (200..300).contains(&http_status) {
        assert_eq!(body, "", "the body of a 2xx may hold a token");
    }
}
