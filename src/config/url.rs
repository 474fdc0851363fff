//! URL: its parts, and what the addresses of gateway, proxy and Redis have in common.

use std::net::{Ipv4Addr, Ipv6Addr};

use percent_encoding::percent_decode_str;

use crate::pasted::is_invisible;
use crate::{Secret, SecretBytes};

const MAX_URL_BYTES: usize = 2_048;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scheme {
    Https,
    Http,
    Socks,
}

impl Scheme {
    // Schemes are case-insensitive (RFC 3986, 3.1).
    pub(super) fn named(name: &str) -> Option<Self> {
        const NAMES: [(&str, Scheme); 4] = [
            ("https", Scheme::Https),
            ("http", Scheme::Http),
            // A SOCKS proxy looks hosts up itself, under whichever of its names.
            ("socks5h", Scheme::Socks),
            ("socks5", Scheme::Socks),
        ];
        // It may be a proxy's user instead, of which no copy in lower case is to be left behind.
        let mut names = NAMES.into_iter();
        names.find_map(|(known, scheme)| name.eq_ignore_ascii_case(known).then_some(scheme))
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
            Self::Socks => "socks5h",
        }
    }
}

/// The parts of a URL as they are written. A part is decoded and checked when it is asked for, so
/// that each kind of URL names its own mistakes first.
pub(super) struct Url<'a> {
    /// None if the text begins with the user or the host.
    pub(super) scheme: Option<&'a str>,
    pub(super) user_info: &'a str,
    pub(super) host_and_port: &'a str,
    pub(super) path: &'a str,
    /// From its '?' on; or the fragment, from its '#' on.
    pub(super) query: &'a str,
}

impl<'a> Url<'a> {
    /// `example` is one to copy.
    pub(super) fn split(text: &'a str, example: &str) -> Result<Self, String> {
        let (scheme, rest) = match text.split_once("://") {
            // Further on it belongs to a password or to what follows the host.
            Some((scheme, rest)) if !scheme.contains(['/', '?', '#', '@']) => (Some(scheme), rest),
            _ => (None, text),
        };
        let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let (path, query) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
        let (user_info, host_and_port) = authority.rsplit_once('@').unwrap_or(("", authority));
        let before_colon = text.split_once(':').map(|(before, _)| before);
        let is_unseen = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c);
        let why = if text.is_empty() {
            "is empty"
        } else if text.len() > MAX_URL_BYTES {
            "is longer than 2,048 bytes"
        } else if text.contains(is_unseen) {
            "has a blank, a line break, a control character or an invisible one"
        } else if scheme.is_none() && before_colon.and_then(Scheme::named).is_some() {
            // "https:host" is a URL too, but one without a host.
            "needs two slashes after its scheme"
        } else if user_info.contains('@') || rest.contains('@') {
            // It could end a user or password that was not encoded.
            "has an '@' after a '/', '?', '#' or another '@', so where its host begins is unclear; \
             encode these in the user or password as %2F, %3F, %23 and %40"
        } else {
            return Ok(Self {
                scheme,
                user_info,
                host_and_port,
                path,
                query,
            });
        };
        Err(format!("the URL {why}; write it like {example}"))
    }

    /// User and password, decoded, of which one may be empty; "@host" (RFC 3986, 3.2.1) has none.
    pub(super) fn login(&self) -> Result<Option<[Secret; 2]>, String> {
        let parts = self.user_info.split_once(':');
        let (user, password) = parts.unwrap_or((self.user_info, ""));
        let login = [decode(user)?, decode(password)?];
        Ok((!self.user_info.is_empty()).then_some(login))
    }
}

pub(super) fn decode(text: &str) -> Result<Secret, String> {
    let mut decoded = SecretBytes::with_capacity(text.len());
    // As curl does it: a '%' that is no escape stands for itself.
    decoded.extend(percent_decode_str(text));
    let why = match std::str::from_utf8(&decoded) {
        Ok(text) if !text.contains(char::is_control) => return Ok(Secret::new(text)),
        Ok(_) => "has an escaped control character; check what was encoded",
        Err(_) => "is not UTF-8 once its escapes are decoded; encode it as UTF-8",
    };
    Err(format!("the URL {why}"))
}

/// The host in canonical form, and the port if there is one.
pub(super) fn parse_host_and_port(authority: &str) -> Result<(String, Option<u16>), String> {
    let (host, port) = match authority.rsplit_once(':') {
        // A ':' within brackets is the address's.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let host = match host.strip_prefix('[').map(|rest| rest.strip_suffix(']')) {
        Some(Some(address)) => parse_ipv6(address)?,
        Some(None) => Err(
            "the host's '[' is never closed, or more than a port is after the ']'; \
             write an IPv6 address like [::1]:8080",
        )?,
        None => parse_host(host)?,
    };
    Ok((host, port.map(parse_port).transpose()?))
}

// Leading zeros are refused with the rest: some programs read them as octal.
fn parse_port(text: &str) -> Result<u16, String> {
    let canonical = !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    let why = match text.parse() {
        Ok(port) if canonical => return Ok(port),
        _ if text.is_empty() => "is missing after the ':'",
        _ => "is not a plain number from 1 to 65535",
    };
    Err(format!("the port {why}; correct it, or leave it out"))
}

fn parse_ipv6(text: &str) -> Result<String, String> {
    let why = match text.parse::<Ipv6Addr>() {
        Ok(address) => return Ok(format!("[{address}]")),
        Err(_) if text.contains('%') => "the IPv6 address has a zone ('%'); leave it out",
        Err(_) => "the text in brackets is not an IPv6 address; write it like [2001:db8::1]",
    };
    Err(why.to_owned())
}

fn parse_host(text: &str) -> Result<String, String> {
    let host = text.to_ascii_lowercase();
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = last.bytes().all(|b| b.is_ascii_digit()) || last.starts_with("0x");
    let why = if host.is_empty() {
        "the URL has no host; give a name or an address before the port or the path"
    } else if host.contains(':') {
        "the host has more than one ':'; write an IPv6 address in brackets, like [::1]"
    } else if host.contains('%') {
        "the host name has a '%', which some programs decode; write the name plainly"
    } else if host.ends_with('.') {
        "the host name ends with a dot, which certificates are never issued for; remove the dot"
    } else if host.len() > 253 || !host.split('.').all(is_label) {
        "the host is not a valid name (labels of 1 to 63 letters, digits, '-' or '_', no '-' at \
         their ends, at most 253 characters in all); check it for typing errors"
    } else if is_number && host.parse::<Ipv4Addr>().is_err() {
        // The C library reads 127.1, 0x7f.1, 0177.0.0.1 and 2130706433 as 127.0.0.1 (inet_aton). A
        // parser that takes them for names does not; RFC 3986, 7.4 warns of this.
        "the host is a number of several addresses; write four decimal parts, like 192.0.2.1"
    } else {
        return Ok(host);
    };
    Err(why.to_owned())
}

// RFC 1123, 2.1, and the underscore, which names inside container networks do have.
fn is_label(label: &str) -> bool {
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
    let has_length = (1..=63).contains(&label.len());
    has_length && label.trim_matches('-') == label && label.bytes().all(is_allowed)
}

/// `host` is canonical. A mapped address ([::ffff:127.0.0.1]) is not in ::1/128 and gains nothing.
pub(super) fn is_loopback(host: &str) -> bool {
    let address = host.parse::<Ipv4Addr>();
    ["localhost", "[::1]"].contains(&host) || address.is_ok_and(|a| a.is_loopback())
}

#[cfg(test)]
mod tests;
