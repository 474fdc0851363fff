//! Redis URL: `redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss://` for TLS.

use super::url::{Url, UrlKind, is_loopback};
use crate::secret::Secret;

const KIND: UrlKind = UrlKind {
    name: "the URL",
    example: "redis://127.0.0.1:6379/0",
};
const DEFAULT_PORT: u16 = 6_379;
/// More than any server has; the default is 16.
const MAX_DATABASES: u32 = 65_536;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RedisUrl {
    pub(crate) tls: bool,
    /// IPv6 in brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) database: u32,
    pub(crate) user: Option<Secret>,
    pub(crate) password: Option<Secret>,
}

impl RedisUrl {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let url = Url::split(text, &KIND)?;
        let tls = match url.scheme {
            Some("redis") => false,
            Some("rediss") => true,
            _ => return Err(super::cache::CACHES.to_owned()),
        };
        if url.query.is_some() || url.fragment.is_some() {
            return Err(
                "the URL has a '?' or '#', and Redis has neither query nor fragment; write one in \
                 the password as %3F or %23"
                    .to_owned(),
            );
        }
        url.check_where_host_begins()?;
        let (host, port) = url.host_and_port()?;
        let (user, password) = user_info(&url)?;
        Ok(Self {
            tls,
            host,
            port: port.unwrap_or(DEFAULT_PORT),
            database: parse_database(url.path)?,
            user,
            password,
        })
    }

    /// For messages: no credentials.
    pub(crate) fn shown(&self) -> String {
        let scheme = if self.tls { "rediss" } else { "redis" };
        let Self {
            host,
            port,
            database,
            ..
        } = self;
        format!("{scheme}://{host}:{port}/{database}")
    }

    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

fn user_info(url: &Url) -> Result<(Option<Secret>, Option<Secret>), String> {
    match url.user_info("cache")? {
        None => Ok((None, None)),
        Some((_, None)) => Err(
            "the URL has a user and no password; for a password alone write \
             redis://:PASSWORD@HOST"
                .to_owned(),
        ),
        Some((_, Some(password))) if password.expose().is_empty() => {
            Err("the password in the URL is empty; leave it out, with its '@'".to_owned())
        }
        Some((user, password)) => Ok((Some(user).filter(|u| !u.expose().is_empty()), password)),
    }
}

fn parse_database(path: &str) -> Result<u32, String> {
    let text = path.strip_prefix('/').unwrap_or_default();
    if text.is_empty() {
        return Ok(0);
    }
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits && number < MAX_DATABASES => Ok(number),
        _ => Err(
            "what follows the host is the number of a database, 0 to 65535, like \
             redis://127.0.0.1:6379/0"
                .to_owned(),
        ),
    }
}

#[cfg(test)]
#[path = "redis_url_tests.rs"]
mod tests;
