//! What is true of every error, whatever it tells of.

use momo::fuzzing::Failure;

use crate::interface::Error;
use crate::secrets::{REPLACEMENT, Secrets};

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

pub fn check(failure: &Failure, secrets: &Secrets) {
    let Failure {
        status,
        http_status,
        retry_after_ms,
        message,
        code,
        body,
    } = failure;
    let number = *status as i32;
    assert!((1..99).contains(&number), "{failure:?}");
    assert!(*http_status < 1000 && *retry_after_ms >= -1, "{failure:?}");
    assert!(!message.is_empty(), "{failure:?}");
    for (text, longest) in [
        (message, LONGEST_MESSAGE),
        (code, LONGEST_CODE),
        (body, LONGEST_BODY),
    ] {
        assert!(text.len() <= longest, "{failure:?}");
        assert!(!text.contains(char::is_control), "{failure:?}");
        assert_eq!(secrets.seen_in(text), None, "{failure:?}");
    }
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
    assert!(
        code.replace(REPLACEMENT, "").bytes().all(is_plain),
        "{failure:?}"
    );
    if (200..300).contains(http_status) {
        assert_eq!(body, "", "the body of a 2xx may hold a token");
    }
}

pub fn check_error(error: &Error, secrets: &Secrets) {
    check(&Failure::from(error.clone()), secrets);
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            status: error.status,
            http_status: u16::try_from(error.http_status).expect("an HTTP status"),
            retry_after_ms: error.retry_after_ms,
            message: error.message,
            code: error.code,
            body: error.body,
        }
    }
}
