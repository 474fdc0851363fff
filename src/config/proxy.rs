//! The proxy, from the option or from the environment, read as curl reads it. What is sent by
//! way of a proxy is sealed by TLS, but the proxy's own credentials are secrets too.

use std::fmt;

use super::base_url::{Scheme, parse_host_and_port};
use super::no_proxy;
use super::user_info::decode;
use crate::redact::percent_encoded;
use crate::secret::Secret;

const LONGEST: usize = 2_048;

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ProxyUrl {
    scheme: Scheme,
    host: String,
    port: u16,
    user: Option<Secret>,
    password: Option<Secret>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum ProxyOption {
    Env,
    None,
    Url(ProxyUrl),
}

impl ProxyOption {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "env" => Ok(Self::Env),
            "none" => Ok(Self::None),
            // Taken for the name of a host, as any word without a scheme is, "None" would be a
            // proxy that nobody has.
            _ if text.eq_ignore_ascii_case("env") || text.eq_ignore_ascii_case("none") => {
                Err(String::from(
                    "the words env and none are written in lower case; correct it, or give a URL",
                ))
            }
            _ => ProxyUrl::parse(text).map(Self::Url),
        }
    }
}

impl ProxyUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        check_characters(text)?;
        let (scheme, rest) = split_scheme(text)?;
        let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if tail.contains('@') {
            return Err(String::from(
                "the proxy's user or password has a '/', '?' or '#' in it, which ends the part of \
                 a URL they stand in; write it as %2F, %3F or %23",
            ));
        }
        if !tail.is_empty() && tail != "/" {
            return Err(String::from(
                "the proxy's URL goes on after host and port, and a proxy has no path; \
                 write it like http://proxy.example:3128",
            ));
        }
        let (user_info, authority) = match authority.split_once('@') {
            Some((_, rest)) if rest.contains('@') => {
                return Err(String::from(
                    "the proxy's URL has more than one '@', so where the host begins is unclear; \
                     write the one in the user or password as %40",
                ));
            }
            Some((user_info, rest)) => (user_info, rest),
            None => ("", authority),
        };
        let (host, port) = parse_host_and_port(authority)?;
        let (user, password) = parse_user_info(user_info)?;
        Ok(Self {
            scheme,
            host,
            port: port.unwrap_or(default_port(scheme)),
            user,
            password,
        })
    }

    /// Normalised, and with the port always written: the HTTP library's defaults are not curl's.
    pub(crate) fn to_url(&self) -> String {
        let mut url = format!("{}://", self.scheme.as_str());
        if let Some(user) = &self.user {
            url.push_str(&percent_encoded(user.expose()));
            if let Some(password) = &self.password {
                url.push(':');
                url.push_str(&percent_encoded(password.expose()));
            }
            url.push('@');
        }
        url.push_str(&self.authority());
        url
    }

    /// For messages: `host:port`, no credentials.
    pub(crate) fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// IPv6 in brackets.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    pub(crate) fn user(&self) -> Option<&str> {
        self.user.as_ref().map(Secret::expose)
    }

    pub(crate) fn password(&self) -> Option<&str> {
        self.password.as_ref().map(Secret::expose)
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyUrl")
            .field("scheme", &self.scheme)
            .field("authority", &self.authority())
            .field("user", &self.user.as_ref().map(|_| "[redacted]"))
            .field("password", &self.password.as_ref().map(|_| "[redacted]"))
            .finish()
    }
}

/// The proxy for an https request to `host`, by curl's rules. `var` looks a variable up; a value
/// that is not UTF-8 arrives as Err. `HTTP_PROXY` is never asked for: under CGI it is a header
/// that the client of a web server sends (CVE-2016-5385).
pub(crate) fn from_env(
    host: &str,
    var: impl Fn(&str) -> Option<Result<String, ()>>,
) -> Result<Option<ProxyUrl>, String> {
    // Empty is unset, also to curl: an empty https_proxy does not hide HTTPS_PROXY.
    let first_of = |names: &[&'static str]| {
        names.iter().find_map(|&name| match var(name)? {
            Ok(text) if text.is_empty() => None,
            value => Some((name, value)),
        })
    };
    let Some((name, value)) = first_of(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
    else {
        return Ok(None);
    };
    if let Some((name, list)) = first_of(&["no_proxy", "NO_PROXY"]) {
        let list = list.map_err(|()| not_utf8(name))?;
        if no_proxy::bypasses(&list, host) {
            return Ok(None);
        }
    }
    let text = value.map_err(|()| not_utf8(name))?;
    match ProxyUrl::parse(&text) {
        Ok(proxy) => Ok(Some(proxy)),
        Err(why) => Err(format!(
            "the environment variable {name} names no usable proxy: {why}"
        )),
    }
}

fn not_utf8(name: &str) -> String {
    format!(
        "the environment variable {name} is not valid UTF-8, so it cannot be read; correct it or \
         unset it"
    )
}

// A bare port is 1080 even behind http://, which surprises everyone but curl's users (curl(1), -x);
// an HTTPS proxy came later and got 443.
fn default_port(scheme: Scheme) -> u16 {
    match scheme {
        Scheme::Https => 443,
        Scheme::Http => 1_080,
    }
}

fn check_characters(text: &str) -> Result<(), String> {
    let why = if text.is_empty() {
        "the proxy is empty; give a URL like http://proxy.example:3128"
    } else if text.len() > LONGEST {
        "the proxy's URL is longer than 2,048 bytes; check what was pasted"
    } else if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        "the proxy's URL has a blank, a line break or a control character in it; remove it (it \
         may be at the very end)"
    } else {
        return Ok(());
    };
    Err(String::from(why))
}

fn split_scheme(text: &str) -> Result<(Scheme, &str), String> {
    let starts_with = |prefix: &str| {
        text.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    for (prefix, scheme) in [("https:", Scheme::Https), ("http:", Scheme::Http)] {
        if starts_with(prefix) {
            let rest = text.get(prefix.len()..).unwrap_or_default();
            return match rest.strip_prefix("//") {
                Some(rest) => Ok((scheme, rest)),
                None => Err(String::from(
                    "the proxy's scheme is not followed by two slashes; \
                     write it like http://proxy.example:3128",
                )),
            };
        }
    }
    // The scheme is not repeated: "user:password://…" would be taken for one.
    let another = match text.find("://") {
        // Further on it belongs to a user or password, or is refused as what follows the host.
        Some(end) => !text
            .get(..end)
            .unwrap_or_default()
            .contains(['/', '?', '#', '@']),
        None => false,
    };
    if another {
        let why = if starts_with("socks") {
            "the proxy is a SOCKS proxy"
        } else {
            "the proxy's scheme is unknown"
        };
        return Err(format!(
            "{why}, and only http:// and https:// proxies are supported; \
             give one of those, like http://proxy.example:3128"
        ));
    }
    Ok((Scheme::Http, text))
}

type Credentials = (Option<Secret>, Option<Secret>);

fn parse_user_info(text: &str) -> Result<Credentials, String> {
    // RFC 3986, 3.2.1 allows "@host", which says no more than "host".
    if text.is_empty() {
        return Ok((None, None));
    }
    let (user, password) = match text.split_once(':') {
        Some((user, password)) => (decode(user, "proxy")?, Some(decode(password, "proxy")?)),
        None => (decode(text, "proxy")?, None),
    };
    if user.expose().contains(':') {
        return Err(String::from(
            "the proxy's user has a ':' (%3A), which would end it in the header it is sent in \
             (RFC 7617); use another user",
        ));
    }
    Ok((Some(user), password))
}

#[cfg(test)]
mod tests;
