//! User and password in a URL.

use crate::secret::Secret;

/// Without its escapes, as curl decodes them: a '%' that is no escape stands for itself. `whose`
/// says whose user or password it is.
pub(super) fn decode(text: &str, whose: &str) -> Result<Secret, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        match after {
            [high, low, after @ ..] if *first == b'%' => {
                if let (Some(high), Some(low)) = (hex(*high), hex(*low)) {
                    bytes.push(high << 4 | low);
                    rest = after;
                    continue;
                }
            }
            _ => {}
        }
        bytes.push(*first);
        rest = after;
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains(char::is_control) => Ok(Secret::from(text)),
        Ok(_) => Err(format!(
            "the {whose}'s user or password has an escaped control character, which no user or \
             password has; check what was encoded",
        )),
        Err(_) => Err(format!(
            "the {whose}'s user or password is not UTF-8 once its escapes are decoded; encode it \
             as UTF-8",
        )),
    }
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
