//! A configuration that is complete: what a client is made from.

use std::path::Path;
use std::time::Duration;

use super::{
    BaseUrl, Ca, CachePolicy, Config, Credential, ProxyUrl, RefreshBy, Scheme, credential, proxy,
};
use crate::error::Failure;
use crate::log::{Level, Line};
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::sys;

/// More than any key, little enough to read by mistake: /dev/zero, say.
const LONGEST_KEY_FILE: u64 = 4096;

#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) base_url: BaseUrl,
    pub(crate) product: &'static str,
    pub(crate) api_user: Credential,
    pub(crate) api_key: Credential,
    /// The primary, then the secondary where there is one.
    pub(crate) subscription_keys: Vec<Credential>,
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
    /// Reads key files and the proxy's environment; touches no network.
    pub(crate) fn of(config: &Config) -> Result<Self, Failure> {
        let missing = |name: &str| {
            Failure::config(format!(
                "option {name} is missing; set it, or MOMO_{} and momo_set_options_from_env",
                name.to_uppercase()
            ))
        };
        let api_user = config.api_user.clone().ok_or_else(|| missing("api_user"))?;
        let api_key = one_source(
            "api_key",
            config.api_key.as_ref(),
            config.api_key_file.as_deref(),
            credential::key,
        )?
        .ok_or_else(|| missing("api_key"))?;
        let subscription_key = one_source(
            "subscription_key",
            config.subscription_key.as_ref(),
            config.subscription_key_file.as_deref(),
            credential::header,
        )?
        .ok_or_else(|| missing("subscription_key"))?;
        let mut subscription_keys = vec![subscription_key];
        subscription_keys.extend(config.secondary_subscription_key.clone());
        Ok(Self {
            base_url: config.base_url.clone(),
            product: config.product,
            api_user,
            api_key,
            subscription_keys,
            timeout: config.timeout,
            attempt_timeout: config.attempt_timeout,
            connect_timeout: config.connect_timeout,
            max_attempts: config.max_attempts,
            refresh: config.refresh,
            refresh_margin: config.refresh_margin,
            ca: config.ca.clone(),
            proxy: proxy_for(config)?,
            user_agent: config.user_agent.clone(),
            cache: config.cache,
        })
    }

    /// What is allowed and yet likely to be a mistake.
    pub(crate) fn warnings(&self) -> Vec<Line> {
        let mut warnings = Vec::new();
        let mut warn = |text: &str| warnings.push(Line::new(Level::Warning, text));
        if !credential::is_uuid(self.api_user.expose()) {
            warn(
                "api_user is no UUID, as MTN's API users are; check that it is not another credential",
            );
        }
        if self
            .subscription_keys
            .iter()
            .any(|k| k.expose() == self.api_key.expose())
        {
            warn("api_key and the subscription key are the same text; check which of them it is");
        }
        if self.base_url.is_in_retired_domain() {
            warn("MTN has given up its hosts under azure-api.net; check base_url");
        }
        warnings
    }

    /// Hides every credential of these settings.
    pub(crate) fn redactor(&self) -> Redactor {
        let proxy = self.proxy.as_ref();
        let user = proxy.and_then(ProxyUrl::user);
        let password = proxy.and_then(ProxyUrl::password);
        let keys = self.subscription_keys.iter().map(Credential::expose);
        let secrets = keys
            .chain([self.api_user.expose(), self.api_key.expose()])
            .chain(user)
            .chain(password);
        let pairs = user
            .map(|user| (user, password.unwrap_or_default()))
            .into_iter()
            .chain([(self.api_user.expose(), self.api_key.expose())]);
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

fn one_source(
    name: &str,
    value: Option<&Credential>,
    file: Option<&Path>,
    parse: fn(&str) -> Result<Secret, String>,
) -> Result<Option<Credential>, Failure> {
    match (value, file) {
        (Some(_), Some(_)) => Err(Failure::config(format!(
            "both {name} and {name}_file are set; set one of them"
        ))),
        (Some(value), None) => Ok(Some(value.clone())),
        (None, Some(file)) => read_key(file, parse)
            .map(|secret| Some(Credential::from_file(secret, file)))
            .map_err(|why| Failure::config(format!("option {name}_file: {why}"))),
        (None, None) => Ok(None),
    }
}

fn read_key(path: &Path, parse: fn(&str) -> Result<Secret, String>) -> Result<Secret, String> {
    use std::io::Read;
    let shown = path.display();
    let read = || {
        let mut text = zeroize::Zeroizing::new(Vec::new());
        std::fs::File::open(path)?
            .take(LONGEST_KEY_FILE)
            .read_to_end(&mut text)?;
        Ok::<_, std::io::Error>(text)
    };
    let bytes = read().map_err(|e| format!("{shown} cannot be read ({e}); check path and mode"))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| format!("{shown} is not UTF-8"))?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    parse(text).map_err(|why| format!("{shown}: {why}"))
}
