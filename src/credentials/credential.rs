//! Credential: a secret with its origin, and what a user, a key and a header value may look like.
//!
//! A message never repeats the value: it may be a key that was pasted with something around it.

use std::path::PathBuf;

use super::secret_file::{self, Stamp, absolute};
use crate::{Failure, Secret, pasted};

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
    /// From the option of this name, or of the file that `NAME_file` names; None if neither is set.
    pub(super) fn new<'a>(
        name: &'static str,
        given: impl Fn(&str) -> Option<(&'a str, ValueSource)>,
    ) -> Result<Option<Self>, Failure> {
        let option = format!("{name}_file");
        let (value, file) = (given(name), given(&option));
        if value.is_some() && file.is_some() {
            let why = format!("both {name} and {option} are set; set one of them");
            return Err(Failure::config(why));
        }
        let file = file.map(|(path, _)| ("", ValueSource::File(absolute(path))));
        Ok(value.or(file).map(|(value, source)| Self {
            name,
            secret: Secret::new(value),
            source,
        }))
    }

    /// What its file is like, if it has one.
    pub(super) fn stamp(&self) -> Option<Result<(&'static str, Stamp), String>> {
        let ValueSource::File(path) = &self.source else {
            return None;
        };
        let stamp = Stamp::of(path).transpose()?;
        let stamp = stamp.map_err(|why| self.of_file(&why));
        Some(stamp.map(|stamp| (self.name, stamp)))
    }

    /// Reads its file, if it has one. A pipe can be read once, when the client is made: then the
    /// read may wait for whoever writes it.
    pub(super) fn read(&mut self, may_wait: bool) -> Result<(), String> {
        if let ValueSource::File(path) = &self.source {
            if !may_wait && Stamp::of(path) == Ok(None) {
                return Ok(());
            }
            let check = match self.name {
                "api_user" => check_api_user,
                "api_key" => check_api_key,
                _ => check_header_value,
            };
            let secret = secret_file::read(path, may_wait, check);
            self.secret = secret.map_err(|why| self.of_file(&why))?;
        }
        Ok(())
    }

    fn of_file(&self, why: &str) -> String {
        format!("option {}_file: {why}", self.name)
    }

    pub(crate) fn expose(&self) -> &str {
        self.secret.expose()
    }

    /// Nothing else of the secret is told.
    pub(crate) fn length(&self) -> String {
        format!("{} characters", self.expose().chars().count())
    }

    pub(crate) fn describe(&self) -> String {
        let (name, origin) = (self.name, self.source.describe(self.name));
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
