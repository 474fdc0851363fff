//! Credential: a secret with its origin, and what a user, a key and a header value may look like.
//!
//! A message never repeats the value: it may be a key that was pasted with something around it.

use std::path::PathBuf;

use crate::{Secret, pasted};

const MAX_CREDENTIAL_BYTES: usize = 1024;

/// A secret with its option and its source, so that a message can say which one was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Credential {
    pub(crate) name: &'static str,
    pub(super) secret: Secret,
    pub(crate) source: ValueSource,
}

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

pub(crate) fn environment_variable(name: &str) -> String {
    format!("MOMO_{}", name.to_ascii_uppercase())
}

impl Credential {
    pub(crate) fn expose(&self) -> &str {
        self.secret.expose()
    }

    /// Nothing else of the secret is told.
    pub(crate) fn length(&self) -> String {
        format!("{} characters", self.expose().chars().count())
    }

    pub(crate) fn describe(&self) -> String {
        let name = self.name;
        let origin = match &self.source {
            ValueSource::Program => format!("from option {name}"),
            source => source.describe(name),
        };
        format!("{name} ({}, {origin})", self.length())
    }
}

/// The form of a UUID: MTN's API users have it (RFC 9562).
pub(crate) fn is_uuid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

/// RFC 7617: a user name with a colon cannot be sent, the first colon ends it.
pub(crate) fn check_api_user(value: &str) -> Result<(), String> {
    if value.contains(':') {
        Err("an API user has no ':' (was user:key pasted as one? set api_user and api_key)")?;
    }
    check_api_key(value)
}

pub(crate) fn check_api_key(value: &str) -> Result<(), String> {
    let why = if value.is_empty() {
        "it is empty; set the value from your profile in the partner portal"
    } else if value.len() > MAX_CREDENTIAL_BYTES {
        "it is longer than 1024 bytes; that is no credential"
    } else if value.contains(['\n', '\r']) {
        "a line break is in it, the commonest mistake when pasting or reading a file; remove it"
    } else if value.contains(char::is_control) {
        "a control character is in it; remove it"
    } else if value.trim() != value {
        "white space is before or after it; remove it"
    } else {
        return pasted::check(value);
    };
    Err(why.to_owned())
}

/// RFC 9110, section 5.5: what every program on the way reads in the same way in a header.
pub(crate) fn check_header_value(value: &str) -> Result<(), String> {
    check_api_key(value)?;
    if !value.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        Err("it goes into an HTTP header and has a character that is not ASCII; remove it")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
