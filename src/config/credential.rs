//! What a user, a key and a header value may look like.
//!
//! A message never repeats the value: it may be a key that was pasted with something around it.

use crate::secret::Secret;

const LONGEST: usize = 1024;

/// RFC 7617: a user name with a colon cannot be sent, the first colon ends it.
pub(crate) fn user(value: &str) -> Result<Secret, String> {
    if value.contains(':') {
        return Err(
            "an API user has no ':' (was user:key pasted as one? set api_user and api_key)"
                .to_owned(),
        );
    }
    key(value)
}

pub(crate) fn key(value: &str) -> Result<Secret, String> {
    if value.is_empty() {
        return Err(
            "it is empty; set the value from your profile in the partner portal".to_owned(),
        );
    }
    if value.len() > LONGEST {
        return Err(format!(
            "it is longer than {LONGEST} bytes; that is no credential"
        ));
    }
    if value.contains(['\n', '\r']) {
        return Err(
            "a line break is in it, the commonest mistake when pasting or reading a file; remove it"
                .to_owned(),
        );
    }
    if value.chars().any(char::is_control) {
        return Err("a control character is in it; remove it".to_owned());
    }
    if value.trim() != value {
        return Err("white space is before or after it; remove it".to_owned());
    }
    Ok(Secret::new(value))
}

/// RFC 9110 section 5.5: what a header can carry without being read differently on the way.
pub(crate) fn header(value: &str) -> Result<Secret, String> {
    let secret = key(value)?;
    if value.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        Ok(secret)
    } else {
        Err(
            "it goes into an HTTP header and has a character that is not ASCII; remove it"
                .to_owned(),
        )
    }
}

pub(crate) fn user_agent(value: &str) -> Result<String, String> {
    if value.is_empty() {
        return Ok(String::new());
    }
    header(value).map(|_| value.to_owned())
}
