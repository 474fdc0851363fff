//! URL: its parts, and what the addresses of gateway, proxy and Redis have in common.

mod host;

pub(super) use host::{is_loopback, parse_host_and_port};

use percent_encoding::percent_decode_str;

use crate::pasted::is_invisible;
use crate::{Secret, SecretBytes};

const MAX_URL_BYTES: usize = 2_048;

/// A kind of URL in messages: its name, and one to copy.
pub(super) struct UrlKind {
    pub(super) name: &'static str,
    pub(super) example: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scheme {
    Https,
    Http,
}

impl Scheme {
    // Schemes are case-insensitive (RFC 3986, 3.1).
    pub(super) fn named(name: &str) -> Option<Self> {
        let mut schemes = [Self::Https, Self::Http].into_iter();
        schemes.find(|scheme| name.eq_ignore_ascii_case(scheme.as_str()))
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }
}

/// The parts of a URL as they are written. A part is decoded and checked when it is asked for, so
/// that each kind of URL names its own mistakes first.
pub(super) struct Url<'a> {
    kind: &'a UrlKind,
    /// None if the text begins with the user or the host.
    pub(super) scheme: Option<&'a str>,
    user_info: Option<&'a str>,
    pub(super) host_and_port: &'a str,
    pub(super) path: &'a str,
    pub(super) query: Option<&'a str>,
    pub(super) fragment: Option<&'a str>,
}

impl<'a> Url<'a> {
    pub(super) fn split(text: &'a str, kind: &'a UrlKind) -> Result<Self, String> {
        check_characters(text, kind)?;
        let (scheme, rest) = match text.split_once("://") {
            // Further on it belongs to a password or to what follows the host.
            Some((scheme, rest)) if !scheme.contains(['/', '?', '#', '@']) => (Some(scheme), rest),
            _ => (None, text),
        };
        let bare = text
            .split_once(':')
            .and_then(|(name, _)| Scheme::named(name));
        // "https:host" is a URL too, but one without a host.
        if scheme.is_none() && bare.is_some() {
            let UrlKind { name, example } = kind;
            let why = "needs two slashes after its scheme";
            return Err(format!("{name} {why}; write it like {example}"));
        }
        let split_off = |text: &'a str, delimiter| match text.split_once(delimiter) {
            Some((before, after)) => (before, Some(after)),
            None => (text, None),
        };
        let (rest, fragment) = split_off(rest, '#');
        let (rest, query) = split_off(rest, '?');
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (user_info, host_and_port) = match authority.rsplit_once('@') {
            Some((user_info, host_and_port)) => (Some(user_info), host_and_port),
            None => (None, authority),
        };
        Ok(Self {
            kind,
            scheme,
            user_info,
            host_and_port,
            path,
            query,
            fragment,
        })
    }

    /// An '@' after the host's could end a user or password that was not encoded.
    pub(super) fn check_where_host_begins(&self) -> Result<(), String> {
        let others = [self.user_info, Some(self.path), self.query, self.fragment];
        if others.iter().flatten().any(|part| part.contains('@')) {
            return Err(format!(
                "{} has an '@' after a '/', '?', '#' or another '@', so where its host begins is \
                 unclear; write these in the user or password as %2F, %3F, %23 and %40",
                self.kind.name
            ));
        }
        Ok(())
    }

    /// Of a host that may end with a dot, which says that nothing is missing from the name.
    pub(super) fn absolute_host_and_port(&self) -> Result<(String, Option<u16>), String> {
        let text = self.host_and_port;
        let (host, port) = text.split_at(text.find(':').unwrap_or(text.len()));
        // The first part of an IPv6 address is no name.
        let is_name = |name: &&str| !name.is_empty() && !name.starts_with('[');
        let name = host.strip_suffix('.').filter(is_name);
        parse_host_and_port(&[name.unwrap_or(host), port].concat())
    }

    /// User and password, decoded; "@host" (RFC 3986, 3.2.1) has neither. `whose` they are is said
    /// in messages.
    pub(super) fn login(&self, whose: &str) -> Result<(Option<Secret>, Option<Secret>), String> {
        let text = self.user_info.unwrap_or_default();
        let (user, password) = match text.split_once(':') {
            Some((user, password)) => (Some(user), Some(password)),
            None => (Some(text).filter(|user| !user.is_empty()), None),
        };
        let decoded = |part: Option<&str>| part.map(|part| decode(part, whose)).transpose();
        Ok((decoded(user)?, decoded(password)?))
    }
}

fn check_characters(text: &str, UrlKind { name, example }: &UrlKind) -> Result<(), String> {
    let invisible = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c);
    let why = if text.is_empty() {
        format!("is empty; write it like {example}")
    } else if text.len() > MAX_URL_BYTES {
        "is longer than 2,048 bytes; check what was pasted".to_owned()
    } else if text.contains(invisible) {
        "has a blank, a line break, a control character or an invisible one; remove it".to_owned()
    } else {
        return Ok(());
    };
    Err(format!("{name} {why}"))
}

pub(super) fn decode(text: &str, whose: &str) -> Result<Secret, String> {
    let mut decoded = SecretBytes::with_capacity(text.len());
    // As curl does it: a '%' that is no escape stands for itself.
    decoded.extend(percent_decode_str(text));
    let why = match std::str::from_utf8(&decoded) {
        Ok(text) if !text.contains(char::is_control) => return Ok(Secret::new(text)),
        Ok(_) => "has an escaped control character; check what was encoded",
        Err(_) => "is not UTF-8 once its escapes are decoded; encode it as UTF-8",
    };
    Err(format!("the {whose}'s user or password {why}"))
}
