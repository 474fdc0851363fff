//! Redis URL: `redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss://` for TLS, or
//! `redis+unix://[[USER]:PASSWORD@]/PATH[?db=DATABASE]` for a Unix socket. Both may have a query.

use std::path::PathBuf;

use super::Config;
use super::url::{Url, decode, is_loopback, parse_host_and_port};
use crate::Secret;
use crate::credentials::absolute;

const DEFAULT_PORT: u16 = 6_379;
const EMPTY_PASSWORD: &str = "the password in the URL is empty; give one, or leave it out";

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct RedisUrl {
    pub(crate) tls: bool,
    /// IPv6 in brackets; or the path of a Unix socket.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) database: u16,
    /// Neither this nor the password is empty once the URL is complete.
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
        let url = Url::split(text, "redis://127.0.0.1:6379/0")?;
        // A URL with a user alone has none: that may be in a file.
        if let Some((_, "")) = url.user_info.split_once(':') {
            Err(EMPTY_PASSWORD)?;
        }
        let (user, password) = url.login()?.map(<(Secret, Secret)>::from).unzip();
        let mut parsed = Self {
            tls: scheme == "rediss",
            user,
            password,
            ..Self::default()
        };
        if !is_socket {
            let (host, port) = parse_host_and_port(url.host_and_port)?;
            (parsed.host, parsed.port) = (host, port.unwrap_or(DEFAULT_PORT));
            parsed.database = parse_database(url.path)?;
        } else if cfg!(unix) && url.path.len() > 1 && url.host_and_port.is_empty() {
            parsed.host = decode(url.path)?.expose().to_owned();
        } else {
            Err("a socket is a path on this machine (not Windows): redis+unix:///run/redis.sock")?;
        }
        parsed.set_query(url.query)?;
        Ok(parsed)
    }

    /// As clients of Redis read it.
    fn set_query(&mut self, query: &str) -> Result<(), String> {
        let query = query.strip_prefix('?').unwrap_or(query);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("db" | "virtual_host", number)) => self.database = parse_database(number)?,
                Some(("user" | "username", user)) => self.user = Some(decode(user)?),
                Some(("pass" | "password", "")) => Err(EMPTY_PASSWORD)?,
                Some(("pass" | "password", word)) => self.password = Some(decode(word)?),
                _ => Err(
                    "after the '?' is db, username or password, like ?db=0; write '?' or '#' in a \
                     password as %3F or %23",
                )?,
            }
        }
        Ok(())
    }

    /// With what options beside it have of it.
    pub(super) fn complete(&mut self, config: &Config) -> Result<(), String> {
        let path = |name| config.given(name).map(|(path, _)| absolute(path));
        let has_login = self.user.is_some() || self.password.is_some();
        self.user.take_if(|user| user.is_empty());
        self.password.take_if(|password| password.is_empty());
        self.password_file = path("cache_password_file");
        let (certificate, key) = (path("cache_client_certificate"), path("cache_client_key"));
        let passwords = [self.password.is_some(), self.password_file.is_some()];
        let why = if passwords == [true; 2] {
            "both cache and cache_password_file have a password; set one of them"
        } else if passwords == [false; 2] && has_login {
            "option cache: the URL has a login without a password; for a password alone write \
             redis://:PASSWORD@HOST, or set cache_password_file"
        } else if certificate.is_some() != key.is_some() {
            "cache_client_certificate and cache_client_key belong together; set both"
        } else if key.is_some() && !self.tls {
            "cache_client_certificate needs TLS; write rediss:// in cache"
        } else {
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

fn parse_database(path: &str) -> Result<u16, String> {
    let text = path.strip_prefix('/').unwrap_or(path);
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits => Ok(number),
        _ if text.is_empty() => Ok(0),
        _ => Err("a database is a number from 0 to 65535, as in redis://127.0.0.1:6379/0".into()),
    }
}

#[cfg(test)]
mod tests;
