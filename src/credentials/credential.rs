//! Credential: a secret with its origin, and what a user, a key and a header value may look like.
//!
//! A message never repeats the value: it may be a key that was pasted with something around it.

use std::path::PathBuf;

use crate::pasted;
use crate::secret::Secret;

const MAX_CREDENTIAL_BYTES: usize = 1024;

/// A secret and its source, so that a message can say which one was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Credential {
    secret: Secret,
    pub(crate) source: ValueSource,
}

/// Where the value of an option came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum ValueSource {
    Default,
    Program,
    Environment,
    File(PathBuf),
}

impl ValueSource {
    /// For the value of the option `name`.
    pub(crate) fn describe(&self, name: &str) -> String {
        match self {
            Self::Default => "the default".to_owned(),
            Self::Program => "set by the program".to_owned(),
            Self::Environment => format!("from {}", environment_variable(name)),
            Self::File(path) => format!("from {}", path.display()),
        }
    }
}

/// The variable that sets the option `name`.
pub(super) fn environment_variable(name: &str) -> String {
    format!("MOMO_{}", name.to_ascii_uppercase())
}

impl Credential {
    pub(super) fn new(secret: Secret, source: ValueSource) -> Self {
        Self { secret, source }
    }

    pub(crate) fn expose(&self) -> &str {
        self.secret.expose()
    }

    /// Nothing else of the secret is told.
    pub(crate) fn length(&self) -> String {
        format!("{} characters", self.expose().chars().count())
    }

    /// Its name, length and origin.
    pub(crate) fn describe(&self, name: &str) -> String {
        let origin = match &self.source {
            ValueSource::Program => format!("from option {name}"),
            source => source.describe(name),
        };
        format!("{name} ({}, {origin})", self.length())
    }
}

/// The form of a UUID: MTN's API users have it (RFC 9562).
pub(crate) fn is_uuid(text: &str) -> bool {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| {
            if DASHES.contains(&at) {
                byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        })
}

/// RFC 7617: a user name with a colon cannot be sent, the first colon ends it.
pub(crate) fn parse_api_user(value: &str) -> Result<Secret, String> {
    if value.contains(':') {
        return Err(
            "an API user has no ':' (was user:key pasted as one? set api_user and api_key)"
                .to_owned(),
        );
    }
    parse_api_key(value)
}

pub(crate) fn parse_api_key(value: &str) -> Result<Secret, String> {
    if value.is_empty() {
        return Err(
            "it is empty; set the value from your profile in the partner portal".to_owned(),
        );
    }
    if value.len() > MAX_CREDENTIAL_BYTES {
        return Err(format!(
            "it is longer than {MAX_CREDENTIAL_BYTES} bytes; that is no credential"
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
    pasted::check(value)?;
    Ok(Secret::new(value))
}

/// RFC 9110, section 5.5: what every program on the way reads in the same way in a header.
pub(crate) fn parse_header_value(value: &str) -> Result<Secret, String> {
    let secret = parse_api_key(value)?;
    if value.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        Ok(secret)
    } else {
        Err(
            "it goes into an HTTP header and has a character that is not ASCII; remove it"
                .to_owned(),
        )
    }
}

#[cfg(test)]
#[path = "credential_tests.rs"]
mod tests;
