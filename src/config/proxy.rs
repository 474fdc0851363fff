//! Proxy: its URL, from the option or from the environment, read as curl reads it. TLS seals what is
//! sent through a proxy, but the proxy's own credentials are secrets too.

use std::ffi::OsString;

use super::url::{Scheme, Url, parse_host_and_port};
use super::{BaseUrl, Config, no_proxy};
use crate::net::tunnel::MAX_LOGIN_BYTES;
use crate::{Failure, Secret, sys};

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ProxyUrl {
    pub(crate) scheme: Scheme,
    /// IPv6 in brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    login: Option<[Secret; 2]>,
    /// The environment variable that it is from, as messages say it.
    from: String,
}

impl ProxyUrl {
    /// The proxy for requests to this address.
    pub(super) fn of(config: &Config, base_url: &BaseUrl) -> Result<Option<Self>, Failure> {
        // A proxy would carry plain http in clear, keys and all, off this machine.
        if base_url.scheme == Scheme::Http {
            return Ok(None);
        }
        config.parsed("proxy", |value| match value {
            "env" if sys::is_privileged() => Ok(None),
            "env" => from_env(&base_url.host, |name| std::env::var_os(name)),
            _ => Self::of_option(value),
        })
    }

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
        let url = Url::split(text, "http://proxy.example:3128")?;
        // The scheme is not repeated: in "user:password://…" it is none.
        let scheme = url.scheme.map_or(Some(Scheme::Http), Scheme::named).ok_or(
            "the proxy's scheme is unknown or an older SOCKS, and only http://, https:// and \
             socks5h:// proxies are supported",
        )?;
        // What follows the host says nothing, nor does a dot at the end of a name.
        let text = url.host_and_port;
        let (name, port) = text.split_at(text.rfind(':').unwrap_or(text.len()));
        let bare = name.strip_suffix('.').filter(|_| !name.starts_with('['));
        let (host, port) = parse_host_and_port(&[bare.unwrap_or(name), port].concat())?;
        let login = url.login()?;
        if let Some([user, password]) = &login {
            let is_too_long = |part: &Secret| part.expose().len() > MAX_LOGIN_BYTES;
            if user.expose().contains(':') {
                Err("the proxy's user has a ':' (%3A), which RFC 7617 forbids; use another user")?;
            }
            if scheme == Scheme::Socks && (is_too_long(user) || is_too_long(password)) {
                Err("the user or password of SOCKS has at most 255 bytes; use a shorter one")?;
            }
        }
        // A bare port is 1080 even behind http://, which surprises everyone but curl's users
        // (curl(1), -x); an HTTPS proxy came later and got 443.
        let default_port = if scheme == Scheme::Https { 443 } else { 1_080 };
        Ok(Self {
            scheme,
            host,
            port: port.unwrap_or(default_port),
            login,
            from: String::new(),
        })
    }

    /// For messages: `host:port` and the environment variable that it is from, no credentials.
    pub(crate) fn shown(&self) -> String {
        format!("{}:{}{}", self.host, self.port, self.from)
    }

    /// User and password, of which one may be empty.
    pub(crate) fn login(&self) -> Option<[&str; 2]> {
        let [user, password] = self.login.as_ref()?;
        Some([user.expose(), password.expose()])
    }
}

/// The proxy for an https request to `host`, by curl's rules. `var` looks a variable up.
/// `HTTP_PROXY` is never asked for: under CGI it is a header that the client of a web server sends
/// (CVE-2016-5385).
pub(super) fn from_env(
    host: &str,
    var: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<ProxyUrl>, String> {
    // Empty is unset, also to curl: an empty https_proxy does not hide HTTPS_PROXY.
    let first_of = |names: &[&'static str]| {
        let set = |&name| Some((name, var(name).filter(|value| !value.is_empty())?));
        let (name, value) = names.iter().find_map(set)?;
        let value = value.into_string().map_err(|_| {
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
    proxy.from = format!(" (from {name})");
    Ok(Some(proxy))
}

#[cfg(test)]
mod tests;
