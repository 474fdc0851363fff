//! Redis URL: `redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss://` for TLS, or
//! `redis+unix://[[USER]:PASSWORD@]/PATH[?db=DATABASE]` for a Unix socket.

use std::path::PathBuf;

use super::url::{Url, UrlKind, decode, is_loopback, parse_host_and_port};
use crate::Secret;

const KIND: UrlKind = UrlKind {
    name: "the URL",
    example: "redis://127.0.0.1:6379/0",
};
const DEFAULT_PORT: u16 = 6_379;
/// More than any server has; the default is 16.
const MAX_DATABASES: u32 = 65_536;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct RedisUrl {
    pub(crate) tls: bool,
    /// IPv6 in brackets; or the path of a Unix socket.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) database: u32,
    pub(crate) user: Option<Secret>,
    pub(crate) password: Option<Secret>,
    /// Not of the URL but of options beside it.
    pub(crate) password_file: Option<PathBuf>,
    pub(crate) client_certificate: Option<(PathBuf, PathBuf)>,
}

impl RedisUrl {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
        let scheme = scheme.to_ascii_lowercase();
        let is_socket = match &*scheme {
            "redis" | "rediss" => false,
            "redis+unix" | "redis+socket" | "unix" => true,
            _ => return Err(super::cache::CACHES.to_owned()),
        };
        let url = Url::split(text, &KIND)?;
        if is_socket && (cfg!(windows) || url.path.len() < 2 || !url.host_and_port.is_empty()) {
            Err(
                "a socket is a path on this machine (not on Windows), like redis+unix:///run/redis.sock",
            )?;
        }
        if !is_socket && (url.query.is_some() || url.fragment.is_some()) {
            Err("the URL has a query or fragment; write '?' or '#' in a password as %3F or %23")?;
        }
        url.check_where_host_begins()?;
        let (user, password) = url.login("cache")?;
        if password.as_ref().is_some_and(Secret::is_empty) {
            Err("the password in the URL is empty; leave it out, with its '@'")?;
        }
        let mut parsed = Self {
            tls: scheme == "rediss",
            user: user.filter(|user| !user.is_empty()),
            password,
            ..Self::default()
        };
        if is_socket {
            parsed.host = decode(url.path, "cache")?.expose().to_owned();
            parsed.set_query(url.query.unwrap_or_default())?;
        } else {
            let (host, port) = parse_host_and_port(url.host_and_port)?;
            (parsed.host, parsed.port) = (host, port.unwrap_or(DEFAULT_PORT));
            parsed.database = parse_database(url.path)?;
        }
        Ok(parsed)
    }

    /// As clients of Redis give it to a socket's path.
    fn set_query(&mut self, query: &str) -> Result<(), String> {
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("db" | "virtual_host", number)) => self.database = parse_database(number)?,
                Some(("user" | "username", user)) => self.user = Some(decode(user, "cache")?),
                Some(("pass" | "password", word)) => self.password = Some(decode(word, "cache")?),
                _ => Err("after the '?' of a socket is db, username or password, like ?db=0")?,
            }
        }
        Ok(())
    }

    pub(super) fn complete(
        &mut self,
        password_file: Option<PathBuf>,
        certificate: Option<PathBuf>,
        key: Option<PathBuf>,
    ) -> Result<(), String> {
        let passwords = [self.password.is_some(), password_file.is_some()];
        let why = if passwords == [true; 2] {
            "both cache and cache_password_file have a password; set one of them"
        } else if passwords == [false; 2] && self.user.is_some() {
            "option cache: the URL has a user and no password; for a password alone write \
             redis://:PASSWORD@HOST, or set cache_password_file"
        } else if certificate.is_some() != key.is_some() {
            "cache_client_certificate and cache_client_key belong together; set both"
        } else if key.is_some() && !self.tls {
            "cache_client_certificate needs TLS; write rediss:// in cache"
        } else {
            self.password_file = password_file;
            self.client_certificate = certificate.zip(key);
            return Ok(());
        };
        Err(why.to_owned())
    }

    /// For messages: no credentials.
    pub(crate) fn shown(&self) -> String {
        let (host, port, database) = (&self.host, self.port, self.database);
        if self.is_socket() {
            return format!("redis+unix://{host}?db={database}");
        }
        let scheme = if self.tls { "rediss" } else { "redis" };
        format!("{scheme}://{host}:{port}/{database}")
    }

    fn is_socket(&self) -> bool {
        self.host.starts_with('/')
    }

    /// Whether a password would go over a network in clear.
    pub(crate) fn shows_password(&self) -> bool {
        let has_password = self.password.is_some() || self.password_file.is_some();
        has_password && !self.tls && !self.is_socket() && !is_loopback(&self.host)
    }
}

fn parse_database(path: &str) -> Result<u32, String> {
    let text = path.strip_prefix('/').unwrap_or(path);
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits && number < MAX_DATABASES => Ok(number),
        _ if text.is_empty() => Ok(0),
        _ => Err("a database is a number from 0 to 65535, as in redis://127.0.0.1:6379/0".into()),
    }
}

#[cfg(test)]
mod tests;
