//! The URL of a Redis server: `redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss://` for
//! TLS.

use std::fmt;

use super::base_url::{self, parse_host_and_port};
use super::user_info::decode;
use crate::secret::Secret;

const DEFAULT_PORT: u16 = 6_379;
const LONGEST: usize = 2_048;
/// More than any server has; 16 by default.
const MOST_DATABASES: u32 = 65_536;

#[derive(Clone, PartialEq, Eq)]
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
        if text.len() > LONGEST {
            return Err("the URL is longer than 2,048 bytes; check what was pasted".to_owned());
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(
                "the URL has a blank, a line break or a control character in it; remove it (it \
                 may be at the very end)"
                    .to_owned(),
            );
        }
        let (tls, rest) = match (
            text.strip_prefix("rediss://"),
            text.strip_prefix("redis://"),
        ) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return Err(super::values::CACHES.to_owned()),
        };
        if rest.contains(['?', '#']) {
            return Err(
                "the URL has a '?' or '#', and Redis has neither query nor fragment; write one in \
                 the password as %3F or %23"
                    .to_owned(),
            );
        }
        let (user_info, rest) = match rest.rsplit_once('@') {
            Some((user_info, rest)) => (Some(user_info), rest),
            None => (None, rest),
        };
        if user_info.is_some_and(|text| text.contains(['@', '/'])) {
            return Err(
                "where the host begins is unclear; write a '/' or '@' in the password as %2F or \
                 %40"
                .to_owned(),
            );
        }
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = parse_host_and_port(authority)?;
        let (user, password) = user_info.map_or(Ok((None, None)), parse_user_info)?;
        Ok(Self {
            tls,
            host,
            port: port.unwrap_or(DEFAULT_PORT),
            database: parse_database(database)?,
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
        base_url::is_loopback(&self.host)
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

type UserInfo = (Option<Secret>, Option<Secret>);

fn parse_user_info(text: &str) -> Result<UserInfo, String> {
    let Some((user, password)) = text.split_once(':') else {
        return Err(
            "the URL has a user and no password; for a password alone write \
             redis://:PASSWORD@HOST"
                .to_owned(),
        );
    };
    if password.is_empty() {
        return Err("the password in the URL is empty; leave it out, with its '@'".to_owned());
    }
    let user = (!user.is_empty()).then(|| decode(user, "cache"));
    Ok((user.transpose()?, Some(decode(password, "cache")?)))
}

fn parse_database(text: &str) -> Result<u32, String> {
    if text.is_empty() {
        return Ok(0);
    }
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits && number < MOST_DATABASES => Ok(number),
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
