//! Fuzzing of URLs, of NO_PROXY and of the options' names.

use super::{BaseUrl, Config, OPTIONS, ProxyUrl, RedisUrl, Settings, no_proxy, proxy};
use crate::{Failure, Secret};

impl Settings {
    pub(crate) fn of_options(options: &[(&str, &str)]) -> Result<Self, Failure> {
        let mut config = Config::default();
        for (name, value) in options {
            config.set(name, value)?;
        }
        Self::of(&config)
    }
}

/// The parts of a URL as this library reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Url {
    pub scheme: &'static str,
    /// An IPv6 address in brackets.
    pub host: String,
    pub port: u16,
    pub path: String,
    pub user: Option<String>,
    pub password: Option<String>,
    /// As it is handed on or shown.
    pub text: String,
}

pub fn base_url(text: &str) -> Result<Url, String> {
    let url = BaseUrl::parse(text)?;
    Ok(Url {
        scheme: url.scheme.as_str(),
        host: url.host.clone(),
        port: url.port,
        path: url.path.clone(),
        user: None,
        password: None,
        text: url.canonical(),
    })
}

pub fn proxy_url(text: &str) -> Result<Url, String> {
    ProxyUrl::parse(text).map(|url| of_proxy(&url))
}

/// The proxy for requests to this host, in an environment that `var` tells of.
pub fn proxy_from_env(
    host: &str,
    var: impl Fn(&str) -> Option<String>,
) -> Result<Option<Url>, String> {
    let proxy = proxy::from_env(host, |name| var(name).map(Into::into))?;
    Ok(proxy.as_ref().map(of_proxy))
}

fn of_proxy(url: &ProxyUrl) -> Url {
    let login = url.login().map(|login| login.map(str::to_owned));
    let (user, password) = login.map(|[user, password]| (user, password)).unzip();
    Url {
        scheme: url.scheme.as_str(),
        host: url.host.clone(),
        port: url.port,
        path: String::new(),
        user,
        password,
        text: format!("{}:{}", url.host, url.port),
    }
}

/// The path is the number of the database.
pub fn redis_url(text: &str) -> Result<Url, String> {
    let url = RedisUrl::parse(text)?;
    if url.host.starts_with('/') {
        return Err("to other parsers a socket is no host".to_owned());
    }
    let exposed = |secret: &Option<Secret>| secret.as_ref().map(|s| s.expose().to_owned());
    Ok(Url {
        scheme: if url.tls { "rediss" } else { "redis" },
        host: url.host.clone(),
        port: url.port,
        path: url.database.to_string(),
        user: exposed(&url.user),
        password: exposed(&url.password),
        text: url.shown(),
    })
}

/// Whether NO_PROXY says that this host is to be reached without the proxy.
pub fn bypasses(no_proxy: &str, host: &str) -> bool {
    no_proxy::bypasses(no_proxy, host)
}

pub fn option_names() -> impl Iterator<Item = &'static str> {
    OPTIONS.iter().map(|option| option.name)
}
