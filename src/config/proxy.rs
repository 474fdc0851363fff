//! Proxy: its URL, from the option or from the environment, read as curl reads it. TLS seals what is
//! sent through a proxy, but the proxy's own credentials are secrets too.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::no_proxy;
use super::url::{Url, UrlKind};
use crate::Secret;
use crate::net::tunnel::MAX_LOGIN_BYTES;

const KIND: UrlKind = UrlKind {
    name: "the proxy's URL",
    example: "http://proxy.example:3128",
};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ProxyScheme {
    Http,
    Https,
    Socks,
}

/// What may stand before the host. A SOCKS proxy looks hosts up itself, under whichever of its names.
const SCHEMES: [(&str, ProxyScheme); 4] = [
    ("http", ProxyScheme::Http),
    ("https", ProxyScheme::Https),
    ("socks5h", ProxyScheme::Socks),
    ("socks5", ProxyScheme::Socks),
];

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ProxyUrl {
    pub(crate) scheme: ProxyScheme,
    /// IPv6 in brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    user: Option<Secret>,
    password: Option<Secret>,
    variable: Option<&'static str>,
}

impl ProxyUrl {
    /// None for `none`, and for `env`: the proxy is then what [`from_env`] finds.
    pub(super) fn of_option(text: &str) -> Result<Option<Self>, String> {
        let is = |word| text.eq_ignore_ascii_case(word);
        match text {
            "env" | "none" => Ok(None),
            // As any word without a scheme, "None" would be the name of a host.
            _ if is("env") || is("none") => {
                Err("env and none are written in lower case; correct it, or give a URL".into())
            }
            _ => Self::parse(text).map(Some),
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let url = Url::split(text, &KIND)?;
        let named = |name: &str| {
            let is = |(known, scheme)| name.eq_ignore_ascii_case(known).then_some(scheme);
            let known = SCHEMES.into_iter().find_map(is);
            known.ok_or_else(|| unsupported(name))
        };
        let scheme = url.scheme.map_or(Ok(ProxyScheme::Http), named)?;
        // What follows the host says nothing.
        url.check_where_host_begins()?;
        let (host, port) = url.absolute_host_and_port()?;
        let (user, password) = url.login("proxy")?;
        if user.iter().any(|user| user.expose().contains(':')) {
            Err("the proxy's user has a ':' (%3A), which RFC 7617 forbids; use another user")?;
        }
        let too_long = |part: &Secret| part.expose().len() > MAX_LOGIN_BYTES;
        if scheme == ProxyScheme::Socks && user.iter().chain(&password).any(too_long) {
            Err("the user or password of a SOCKS proxy has at most 255 bytes; use a shorter one")?;
        }
        Ok(Self {
            scheme,
            host,
            port: port.unwrap_or(match scheme {
                // A bare port is 1080 even behind http://, which surprises everyone but curl's users
                // (curl(1), -x); an HTTPS proxy came later and got 443.
                ProxyScheme::Https => 443,
                ProxyScheme::Http | ProxyScheme::Socks => 1_080,
            }),
            user,
            password,
            variable: None,
        })
    }

    /// The same text for two spellings of one proxy.
    pub(crate) fn to_url(&self) -> String {
        let name = SCHEMES.iter().find(|(_, scheme)| *scheme == self.scheme);
        let mut url = format!("{}://", name.map_or("", |(name, _)| name));
        if let Some(user) = self.user() {
            url.extend(utf8_percent_encode(user, NON_ALPHANUMERIC));
            if let Some(password) = self.password() {
                url.push(':');
                url.extend(utf8_percent_encode(password, NON_ALPHANUMERIC));
            }
            url.push('@');
        }
        url + &self.authority()
    }

    /// For messages: `host:port`, no credentials.
    pub(crate) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The same, and the environment variable that it is from.
    pub(crate) fn described(&self) -> String {
        let variable = self.variable.map(|name| format!(" (from {name})"));
        self.authority() + &variable.unwrap_or_default()
    }

    pub(crate) fn user(&self) -> Option<&str> {
        self.user.as_ref().map(Secret::expose)
    }

    pub(crate) fn password(&self) -> Option<&str> {
        self.password.as_ref().map(Secret::expose)
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
        let mut set = names.iter().filter_map(|&name| Some((name, var(name)?)));
        let (name, value) = set.find(|(_, value)| value.as_deref() != Ok(""))?;
        let value = value.map_err(|()| {
            format!("the environment variable {name} is not UTF-8; correct it or unset it")
        });
        Some((name, value))
    };
    let Some((name, value)) = first_of(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
    else {
        return Ok(None);
    };
    if let Some((_, list)) = first_of(&["no_proxy", "NO_PROXY"]) {
        if no_proxy::bypasses(&list?, host) {
            return Ok(None);
        }
    }
    let mut proxy = ProxyUrl::parse(&value?)
        .map_err(|why| format!("the environment variable {name} names no usable proxy: {why}"))?;
    proxy.variable = Some(name);
    Ok(Some(proxy))
}

// The scheme is not repeated: in "user:password://…" it is none.
fn unsupported(scheme: &str) -> String {
    let why = match scheme.get(..5) {
        Some(start) if start.eq_ignore_ascii_case("socks") => "the proxy speaks an older SOCKS",
        _ => "the proxy's scheme is unknown",
    };
    format!("{why}, and only http://, https:// and socks5h:// proxies are supported")
}

#[cfg(test)]
mod tests;
