//! The gateway's address. Stricter than RFC 3986 wherever two parsers are known to disagree: the
//! host that was checked here has to be the host that is given the keys.

mod host;

pub(crate) use host::parse_host_and_port;
use std::net::Ipv4Addr;

const LONGEST: usize = 2_048;

const RETIRED_DOMAIN: &str = ".azure-api.net";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scheme {
    Https,
    Http,
}

/// In one canonical form, so that two spellings of one address share one token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct BaseUrl {
    scheme: Scheme,
    host: String,
    port: u16,
    path: String,
}

impl Scheme {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
        }
    }
}

impl BaseUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        check_characters(text)?;
        let (scheme, rest) = split_scheme(text)?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = parse_host_and_port(authority)?;
        if scheme == Scheme::Http && !is_loopback(&host) {
            return Err(String::from(
                "plain http would send the keys unencrypted, and is only taken for localhost, \
                 127.0.0.0/8 and [::1]; use https",
            ));
        }
        refuse_portal(&host)?;
        refuse_retired_gateway(&host)?;
        Ok(Self {
            scheme,
            host,
            port: port.unwrap_or(scheme.default_port()),
            path: parse_path(path)?,
        })
    }

    /// `scheme://host[:port]path`, the port only where it is not the scheme's own.
    pub(crate) fn canonical(&self) -> String {
        format!(
            "{}://{}{}",
            self.scheme.as_str(),
            self.authority(),
            self.path
        )
    }

    /// For messages and the Host header: `host[:port]`.
    pub(crate) fn authority(&self) -> String {
        if self.port == self.scheme.default_port() {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    pub(crate) fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// In lower case; an IPv6 address in brackets.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Whether MTN's gateway was in this domain once. Others may have gateways of their own there.
    pub(crate) fn is_in_retired_domain(&self) -> bool {
        self.host.ends_with(RETIRED_DOMAIN)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Empty, or from a slash to no final slash.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}

/// What no URL here may hold, in its host or elsewhere. Backslash: browsers read it as a slash,
/// others as part of the user info, and so two parsers see two hosts in `https://a\@b`.
fn check_characters(text: &str) -> Result<(), String> {
    let why = if text.is_empty() {
        "the URL is empty; write it like https://proxy.momoapi.mtn.co.rw"
    } else if text.len() > LONGEST {
        "the URL is longer than 2,048 bytes, which no address of a gateway is; check what was \
         pasted"
    } else if text.contains(|c: char| c.is_ascii_whitespace() || c.is_control()) {
        "the URL has a blank, a line break or a control character in it; remove it (it may be at \
         the very end)"
    } else if !text.is_ascii() {
        "the URL has a character that is not ASCII, which could be a look-alike; write the name \
         in its ASCII (xn--) form"
    } else if text.contains('@') {
        "the URL has an '@', which would make what stands before it a user name; the credentials \
         go into their own options"
    } else if text.contains('?') {
        "the URL has a query ('?'), and the product's path is to be added behind it; give the \
         base only"
    } else if text.contains('#') {
        "the URL has a fragment ('#'), which is never sent to a server; give the base only"
    } else if text.contains('\\') {
        "the URL has a backslash, which some programs take for a slash; use '/'"
    } else {
        return Ok(());
    };
    Err(String::from(why))
}

// Schemes are case-insensitive (RFC 3986, 3.1). "https:host" is a URL too, but one without a host.
fn split_scheme(text: &str) -> Result<(Scheme, &str), String> {
    let (scheme, rest) = match text.split_once(':') {
        Some((name, rest)) if name.eq_ignore_ascii_case("https") => (Scheme::Https, rest),
        Some((name, rest)) if name.eq_ignore_ascii_case("http") => (Scheme::Http, rest),
        _ => {
            return Err(String::from(
                "the URL does not begin with https://, so it is not known how to reach the host; \
                 write it like https://proxy.momoapi.mtn.co.rw",
            ));
        }
    };
    match rest.strip_prefix("//") {
        Some(rest) => Ok((scheme, rest)),
        None => Err(String::from(
            "the URL's scheme is not followed by two slashes, so it names no host; \
             write it like https://proxy.momoapi.mtn.co.rw",
        )),
    }
}

// `host` is canonical already. A mapped address ([::ffff:127.0.0.1]) is not in ::1/128 and gains
// nobody anything.
pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host == "[::1]"
        || host
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}

fn refuse_portal(host: &str) -> Result<(), String> {
    let host = host.strip_prefix("www.").unwrap_or(host);
    if host != "momodeveloper.mtn.com" && host != "momoapi.mtn.com" {
        return Ok(());
    }
    Err(format!(
        "{host} is MTN's portal, a web site and not the API; use proxy.momoapi.mtn.com (or the \
         country's, like proxy.momoapi.mtn.co.rw), or sandbox.momodeveloper.mtn.com for tests"
    ))
}

/// The names under which MTN's gateway was reached before proxy.momoapi.mtn.com.
fn refuse_retired_gateway(host: &str) -> Result<(), String> {
    if !(host.starts_with("ericssonbasicapi") && host.ends_with(RETIRED_DOMAIN)) {
        return Ok(());
    }
    Err(format!(
        "{host} is a retired address of MTN's gateway; use proxy.momoapi.mtn.com (or the \
         country's, like proxy.momoapi.mtn.co.rw), or sandbox.momodeveloper.mtn.com for tests"
    ))
}

fn parse_path(text: &str) -> Result<String, String> {
    let path = text.strip_suffix('/').unwrap_or(text);
    let mut last = "";
    for segment in path.split('/').skip(1) {
        check_segment(segment)?;
        last = segment;
    }
    for known in ["token", "disbursement", "collection", "remittance"] {
        if last.eq_ignore_ascii_case(known) {
            return Err(format!(
                "the URL's path ends with /{known}, and the product and /token/ are added from \
                 the option product; give the base only"
            ));
        }
    }
    Ok(String::from(path))
}

fn check_segment(segment: &str) -> Result<(), String> {
    // RFC 3986, 6.2.2: an escaped dot is the same dot. An escaped slash is not the same slash, but
    // servers and proxies do decode it, and then there may be dot segments nobody saw.
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    let why = if segment.is_empty() {
        "an empty segment ('//')"
    } else if plain == "." || plain == ".." {
        "a dot segment ('.' or '..'), which is resolved differently on the way"
    } else if !is_pchars(segment) {
        "a character that RFC 3986 does not allow there, or a '%' that is no escape"
    } else if plain.contains("%2f") || plain.contains("%5c") || has_escaped_control(&plain) {
        "an escaped slash, backslash or control character"
    } else {
        return Ok(());
    };
    Err(format!(
        "the URL's path has {why}; write the path plainly, like /gateway/v1"
    ))
}

/// RFC 3986, 3.3, without the '@' that is refused everywhere.
fn is_pchars(segment: &str) -> bool {
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        let allowed = match byte {
            b'%' => [bytes.next(), bytes.next()]
                .iter()
                .all(|digit| digit.is_some_and(|b| b.is_ascii_hexdigit())),
            _ => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:".contains(&byte),
        };
        if !allowed {
            return false;
        }
    }
    true
}

fn has_escaped_control(lower_case: &str) -> bool {
    lower_case.contains("%0") || lower_case.contains("%1") || lower_case.contains("%7f")
}

#[cfg(test)]
mod tests;
