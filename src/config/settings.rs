//! Settings: the values of all options, checked together, from which a client is made; and what is
//! shown of them, which is nothing secret.

use std::time::Duration;

use super::options::OPTIONS;
use super::values::{attempts, product, refresh_by_caller, refresh_margin, timeout};
use super::{BaseUrl, Ca, CachePolicy, Config, ProxyUrl};
use crate::credentials::redact::Redactor;
use crate::credentials::{Credential, Credentials, is_uuid};
use crate::{Failure, Level, Line, Secret};

/// What one option is set to.
pub(crate) struct OptionRow {
    pub(crate) name: &'static str,
    /// The length of a credential; proxy and cache without user and password. Empty if not set.
    pub(crate) value: String,
    pub(crate) source: String,
    /// What is allowed and yet likely to be a mistake; empty if nothing is.
    pub(crate) warning: &'static str,
}

/// A line for each row, and then the warnings.
pub(crate) fn log_lines(rows: &[OptionRow]) -> Vec<Line> {
    let line = |row: &OptionRow| {
        let comma = if row.value.is_empty() { "" } else { ", " };
        let text = format!("option {}: {}{comma}{}", row.name, row.value, row.source);
        Line::new(Level::DEBUG, text)
    };
    let warnings = rows.iter().filter(|row| !row.warning.is_empty());
    let warnings = warnings.map(|row| Line::new(Level::WARNING, row.warning));
    rows.iter().map(line).chain(warnings).collect()
}

#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) base_url: BaseUrl,
    pub(crate) product: &'static str,
    /// Those in files are empty here: a `Rotation` reads them.
    pub(crate) credentials: Credentials,
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_attempts: u32,
    pub(crate) refresh_by_caller: bool,
    pub(crate) refresh_margin: Duration,
    pub(crate) ca: Ca,
    pub(crate) proxy: Option<ProxyUrl>,
    pub(crate) user_agent: String,
    pub(crate) cache: CachePolicy,
}

impl Settings {
    /// Reads the proxy's environment; touches no network.
    pub(crate) fn of(config: &Config) -> Result<Self, Failure> {
        let base_url = config.parsed("base_url", BaseUrl::parse)?;
        Ok(Self {
            product: config.parsed("product", product)?,
            credentials: Credentials::new(|name| config.given(name))?,
            timeout: config.parsed("timeout", timeout)?,
            attempt_timeout: config.parsed("attempt_timeout", timeout)?,
            connect_timeout: config.parsed("connect_timeout", timeout)?,
            max_attempts: config.parsed("max_attempts", attempts)?,
            refresh_by_caller: config.parsed("refresh", refresh_by_caller)?,
            refresh_margin: config.parsed("refresh_margin", refresh_margin)?,
            ca: config.parsed("ca", Ca::parse)?,
            proxy: ProxyUrl::of(config, &base_url)?,
            user_agent: config.value("user_agent").0.to_owned(),
            cache: CachePolicy::of(config)?,
            base_url,
        })
    }

    /// A row for each option, in the order of the table. The settings were made of this config, and
    /// the credentials are those in use.
    pub(crate) fn report(&self, config: &Config, credentials: &Credentials) -> Vec<OptionRow> {
        let row = |name| {
            let (text, source) = config.value(name);
            let (value, source) = match credentials.iter().find(|each| each.name == name) {
                Some(credential) => (credential.length(), credential.source.clone()),
                None => (self.shown(name, text), source),
            };
            let source = match &*value {
                "" => "not set".to_owned(),
                _ => source.describe(name),
            };
            let warning = self.warning(name, credentials);
            OptionRow {
                name,
                value,
                source,
                warning,
            }
        };
        OPTIONS.iter().map(|option| row(option.name)).collect()
    }

    fn shown(&self, option: &str, text: &str) -> String {
        match (option, &self.proxy) {
            ("proxy", Some(used)) => used.shown(),
            ("proxy", None) if text == "env" => "env (no proxy for this host)".to_owned(),
            ("proxy", None) if text != "none" => "none (plain http uses no proxy)".to_owned(),
            ("cache", _) => self.cache.shown(),
            ("ca", _) if matches!(self.ca, Ca::Pem(_)) => "text of a PEM file".to_owned(),
            _ => text.to_owned(),
        }
    }

    /// What is allowed for this option and yet likely to be a mistake; empty if nothing is.
    fn warning(&self, option: &str, credentials: &Credentials) -> &'static str {
        let is_api_key = |key: &Credential| key.expose() == credentials.api_key.expose();
        match option {
            "base_url" if self.base_url.is_in_retired_domain() => {
                "MTN has given up its hosts under azure-api.net; check base_url"
            }
            "api_user" if !is_uuid(credentials.api_user.expose()) => {
                "api_user is no UUID, as MTN's API users are; check that it is not another credential"
            }
            "api_key" if credentials.subscription_keys.iter().any(is_api_key) => {
                "api_key and the subscription key are the same text; check which of them it is"
            }
            "cache" if matches!(&self.cache, CachePolicy::Redis(url) if url.shows_password()) => {
                "the password of Redis goes over the network in clear; write rediss:// in cache"
            }
            _ => "",
        }
    }

    /// Hides these credentials, and those of proxy and cache.
    pub(crate) fn redactor(&self, credentials: &Credentials) -> Redactor {
        let proxy = self.proxy.as_ref().and_then(ProxyUrl::login);
        let cache = match &self.cache {
            CachePolicy::Redis(url) => url.password.as_ref().map(Secret::expose),
            _ => None,
        };
        let secrets = credentials.iter().map(Credential::expose);
        let secrets = secrets.chain(proxy.into_iter().flatten()).chain(cache);
        let own = [credentials.api_user.expose(), credentials.api_key.expose()];
        let pairs = proxy.into_iter().chain([own]);
        Redactor::new(secrets, pairs.map(|[user, password]| (user, password)))
    }
}

#[cfg(test)]
mod tests;
