//! A configuration that is complete: what a client is made from.

use std::time::Duration;

use super::{
    BaseUrl, Ca, CachePolicy, Config, Credential, CredentialSources, Credentials, ProxyUrl,
    RefreshBy, Scheme, credential, proxy,
};
use crate::error::Failure;
use crate::log::{Level, Line};
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::sys;

#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) base_url: BaseUrl,
    pub(crate) product: &'static str,
    pub(crate) credentials: CredentialSources,
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_attempts: u32,
    pub(crate) refresh: RefreshBy,
    pub(crate) refresh_margin: Duration,
    pub(crate) ca: Ca,
    pub(crate) proxy: Option<ProxyUrl>,
    pub(crate) user_agent: String,
    pub(crate) cache: CachePolicy,
}

impl Settings {
    /// Of these options, and the defaults of all others.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn of_options(options: &[(&str, &str)]) -> Result<Self, Failure> {
        let mut config = Config::new()?;
        for (name, value) in options {
            config.set(name, value)?;
        }
        Self::of(&config)
    }

    /// Reads the proxy's environment; touches no network.
    pub(crate) fn of(config: &Config) -> Result<Self, Failure> {
        Ok(Self {
            base_url: config.base_url.clone(),
            product: config.product,
            credentials: CredentialSources::of(config)?,
            timeout: config.timeout,
            attempt_timeout: config.attempt_timeout,
            connect_timeout: config.connect_timeout,
            max_attempts: config.max_attempts,
            refresh: config.refresh,
            refresh_margin: config.refresh_margin,
            ca: config.ca.clone(),
            proxy: proxy_for(config)?,
            user_agent: config.user_agent.clone(),
            cache: CachePolicy::of(&config.cache)?,
        })
    }

    /// What is allowed and yet likely to be a mistake.
    pub(crate) fn warnings(&self, credentials: &Credentials) -> Vec<Line> {
        let mut warnings = Vec::new();
        let mut warn = |text: &str| warnings.push(Line::new(Level::Warning, text));
        if !credential::is_uuid(credentials.api_user.expose()) {
            warn(
                "api_user is no UUID, as MTN's API users are; check that it is not another credential",
            );
        }
        let api_key = credentials.api_key.expose();
        let mut subscription_keys = credentials.subscription_keys.iter();
        if subscription_keys.any(|key| key.expose() == api_key) {
            warn("api_key and the subscription key are the same text; check which of them it is");
        }
        if let CachePolicy::Redis(url) = &self.cache {
            if url.password.is_some() && !url.tls && !url.is_loopback() {
                warn(
                    "the password of Redis goes over the network in clear; write rediss:// in cache",
                );
            }
        }
        if self.base_url.is_in_retired_domain() {
            warn("MTN has given up its hosts under azure-api.net; check base_url");
        }
        warnings
    }

    /// Hides these credentials, and those of proxy and cache.
    pub(crate) fn redactor(&self, credentials: &Credentials) -> Redactor {
        let proxy = self.proxy.as_ref();
        let user = proxy.and_then(ProxyUrl::user);
        let password = proxy.and_then(ProxyUrl::password);
        let secrets = credentials.iter().map(Credential::expose);
        let cache = match &self.cache {
            CachePolicy::Redis(url) => url.password.as_ref().map(Secret::expose),
            _ => None,
        };
        let secrets = secrets.chain(user).chain(password).chain(cache);
        let pairs = user
            .map(|user| (user, password.unwrap_or_default()))
            .into_iter()
            .chain([(credentials.api_user.expose(), credentials.api_key.expose())]);
        Redactor::new(secrets, pairs)
    }
}

fn proxy_for(config: &Config) -> Result<Option<ProxyUrl>, Failure> {
    // A proxy would carry plain http in clear, keys and all, off this machine.
    if config.base_url.scheme() == Scheme::Http {
        return Ok(None);
    }
    match &config.proxy {
        proxy::ProxyOption::None => Ok(None),
        proxy::ProxyOption::Url(url) => Ok(Some(url.clone())),
        proxy::ProxyOption::Env if sys::is_privileged() => Ok(None),
        proxy::ProxyOption::Env => proxy::from_env(config.base_url.host(), |name| {
            std::env::var_os(name).map(|v| v.into_string().map_err(|_| ()))
        })
        .map_err(Failure::config),
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
