//! The options: one table, from which the setters, the environment and the documentation follow.

mod base_url;
mod cache;
mod credential;
mod credential_sources;
mod duration;
mod environment;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod no_proxy;
mod proxy;
mod redis_url;
mod report;
mod secret_file;
mod settings;
mod user_info;
mod values;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

pub(crate) use base_url::{BaseUrl, Scheme};
pub(crate) use cache::CachePolicy;
pub(crate) use credential::{Credential, is_uuid};
pub(crate) use credential_sources::{CredentialSources, Credentials, Stamps};
pub(crate) use environment::set_from_env;
pub(crate) use proxy::ProxyUrl;
pub(crate) use redis_url::RedisUrl;
pub(crate) use report::report;
pub(crate) use settings::Settings;

use crate::error::Failure;
use crate::log::{Line, Logger};
use crate::secret::Secret;
use cache::CacheOption;
use credential::Source;
use proxy::ProxyOption;
use values::{attempts, ca, cache, one_of, optional, path, refresh, timeout};

const LONGEST_MARGIN: Duration = Duration::from_secs(24 * 3600);

#[derive(Clone)]
pub(crate) struct Config {
    base_url: BaseUrl,
    product: &'static str,
    api_user: Option<Credential>,
    api_user_file: Option<PathBuf>,
    api_key: Option<Credential>,
    api_key_file: Option<PathBuf>,
    subscription_key: Option<Credential>,
    subscription_key_file: Option<PathBuf>,
    secondary_subscription_key: Option<Credential>,
    secondary_subscription_key_file: Option<PathBuf>,
    timeout: Duration,
    attempt_timeout: Duration,
    connect_timeout: Duration,
    max_attempts: u32,
    refresh: RefreshBy,
    refresh_margin: Duration,
    ca: Ca,
    proxy: ProxyOption,
    user_agent: String,
    cache: CacheOption,
    pub(crate) logger: Option<Logger>,
    /// Log lines from before there was a logger.
    pending_log: Vec<Line>,
    /// What was set by whom, as the log may tell it: nothing of credentials, nor of a proxy.
    given: BTreeMap<&'static str, (String, Source)>,
}

/// Which certificate authorities are trusted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Ca {
    System,
    Mozilla,
    File(PathBuf),
}

/// Who refreshes a stale token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RefreshBy {
    /// A short-lived thread of the library.
    Background,
    /// The caller who finds it stale.
    Caller,
}

/// One row of the option table.
pub(crate) struct Opt {
    pub(crate) name: &'static str,
    pub(crate) default: &'static str,
    /// What values it takes, for the documentation.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the documentation is checked by a test")
    )]
    pub(crate) values: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "as above"))]
    pub(crate) text: &'static str,
    set: fn(&mut Config, &Value) -> Result<(), String>,
}

/// The text of an option's value, with where it came from.
struct Value<'a> {
    text: &'a str,
    source: Source,
}

impl std::ops::Deref for Value<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        self.text
    }
}

impl Value<'_> {
    fn credential(&self, parse: fn(&str) -> Result<Secret, String>) -> Result<Credential, String> {
        parse(self.text).map(|secret| Credential::new(secret, self.source.clone()))
    }
}

macro_rules! opt {
    ($name:literal, $default:literal, $values:literal, $text:literal, $set:expr) => {
        Opt {
            name: $name,
            default: $default,
            values: $values,
            text: $text,
            set: $set,
        }
    };
}

#[rustfmt::skip]
pub(crate) const OPTIONS: [Opt; 20] = [
    opt!("base_url", "https://proxy.momoapi.mtn.co.rw", "URL",
        "The gateway, without the product: https, or plain http on loopback only (localhost, 127.0.0.0/8, [::1])",
        |c, v| BaseUrl::parse(v).map(|v| c.base_url = v)),
    opt!("product", "disbursement", "disbursement, collection, remittance",
        "The product whose tokens are wanted",
        |c, v| one_of(v, &["disbursement", "collection", "remittance"]).map(|v| c.product = v)),
    opt!("api_user", "", "text without ':'",
        "The API user (a UUID). This or api_user_file is required",
        |c, v| v.credential(credential::user).map(|v| c.api_user = Some(v))),
    opt!("api_user_file", "", "path",
        "A file that holds the API user; a final newline is dropped. Read again where it has changed",
        |c, v| path(v).map(|v| c.api_user_file = v)),
    opt!("api_key", "", "text",
        "The API key of that user. This or api_key_file is required",
        |c, v| v.credential(credential::key).map(|v| c.api_key = Some(v))),
    opt!("api_key_file", "", "path",
        "The same for the API key",
        |c, v| path(v).map(|v| c.api_key_file = v)),
    opt!("subscription_key", "", "printable ASCII",
        "The primary subscription key of the product. This or subscription_key_file is required",
        |c, v| v.credential(credential::header).map(|v| c.subscription_key = Some(v))),
    opt!("subscription_key_file", "", "path",
        "The same for the subscription key",
        |c, v| path(v).map(|v| c.subscription_key_file = v)),
    opt!("secondary_subscription_key", "", "printable ASCII",
        "Tried once where the primary is refused, so that keys can be rotated",
        |c, v| optional(v, |v| v.credential(credential::header)).map(|v| c.secondary_subscription_key = v)),
    opt!("secondary_subscription_key_file", "", "path",
        "The same for the secondary subscription key",
        |c, v| path(v).map(|v| c.secondary_subscription_key_file = v)),
    opt!("timeout", "30s", "duration, 1ms to 1h",
        "The whole call: waiting for another thread, look-up, connecting, TLS, every retry",
        |c, v| timeout(v).map(|v| c.timeout = v)),
    opt!("attempt_timeout", "10s", "duration, 1ms to 1h",
        "One attempt, whole",
        |c, v| timeout(v).map(|v| c.attempt_timeout = v)),
    opt!("connect_timeout", "5s", "duration, 1ms to 1h",
        "One attempt's look-up, connection and handshake",
        |c, v| timeout(v).map(|v| c.connect_timeout = v)),
    opt!("max_attempts", "3", "1 to 10",
        "How often a call tries where trying again can help",
        |c, v| attempts(v).map(|v| c.max_attempts = v)),
    opt!("refresh", "background", "background, caller",
        "Who refreshes a stale token: a short-lived thread of the library, so that no caller waits, or the caller who finds it stale",
        |c, v| refresh(v).map(|v| c.refresh = v)),
    opt!("refresh_margin", "10m", "duration, 0s to 24h",
        "How long before its expiry a token is refreshed; at most a quarter of its lifetime, plus up to a fifth of itself at random",
        |c, v| duration::parse(v, Duration::ZERO, LONGEST_MARGIN).map(|v| c.refresh_margin = v)),
    opt!("ca", "system", "system, mozilla, path of a PEM file",
        "The trusted certificate authorities: the system's, Mozilla's (built in), or those in a file and no others",
        |c, v| ca(v).map(|v| c.ca = v)),
    opt!("proxy", "env", "env, none, http:// or https:// URL",
        "env takes HTTPS_PROXY, ALL_PROXY and NO_PROXY as curl does; never used for plain http",
        |c, v| ProxyOption::parse(v).map(|v| c.proxy = v)),
    opt!("user_agent", "", "printable ASCII",
        "Put in front of libmomo/x.y.z in the User-Agent header",
        |c, v| credential::user_agent(v).map(|v| c.user_agent = v)),
    opt!("cache", "process", "process, client, none, file:DIRECTORY, redis:// or rediss:// URL",
        "Equal clients of the process share a token, or a client keeps its own, or none is kept; with file: other processes of the user on this machine share it too, with Redis those of other machines. [sharing.md](sharing.md)",
        |c, v| cache(v).map(|v| c.cache = v)),
];

impl Config {
    pub(crate) fn new() -> Result<Self, Failure> {
        let base_url = BaseUrl::parse(OPTIONS[0].default).map_err(|e| Failure::internal(&e))?;
        let mut config = Self {
            base_url,
            product: "",
            api_user: None,
            api_user_file: None,
            api_key: None,
            api_key_file: None,
            subscription_key: None,
            subscription_key_file: None,
            secondary_subscription_key: None,
            secondary_subscription_key_file: None,
            timeout: Duration::ZERO,
            attempt_timeout: Duration::ZERO,
            connect_timeout: Duration::ZERO,
            max_attempts: 1,
            refresh: RefreshBy::Caller,
            refresh_margin: Duration::ZERO,
            ca: Ca::System,
            proxy: ProxyOption::None,
            user_agent: String::new(),
            cache: CacheOption::None,
            logger: None,
            pending_log: Vec::new(),
            given: BTreeMap::new(),
        };
        for option in OPTIONS.iter().filter(|o| !o.default.is_empty()) {
            let default = Value {
                text: option.default,
                source: Source::Program,
            };
            (option.set)(&mut config, &default).map_err(|e| Failure::internal(&e))?;
        }
        Ok(config)
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), Failure> {
        self.set_from(Source::Program, name, value)
    }

    fn set_from(&mut self, source: Source, name: &str, value: &str) -> Result<(), Failure> {
        let option = OPTIONS
            .iter()
            .find(|o| o.name == name)
            .ok_or_else(|| unknown(name))?;
        let value = Value {
            text: value,
            source,
        };
        (option.set)(self, &value)
            .map_err(|why| Failure::config(format!("option {name}: {why}")))?;
        let text = match option.name {
            // It may hold a password.
            "proxy" | "cache" => String::new(),
            name if credential::OPTIONS.contains(&name) => return Ok(()),
            _ => value.text.to_owned(),
        };
        self.given.insert(option.name, (text, value.source));
        Ok(())
    }

    /// Gives the logger, where there is one, the lines from before.
    pub(crate) fn flush_pending_log(&mut self) {
        if let Some(logger) = &self.logger {
            logger.write(&std::mem::take(&mut self.pending_log));
        }
    }
}

fn unknown(name: &str) -> Failure {
    let names: Vec<&str> = OPTIONS.iter().map(|o| o.name).collect();
    Failure::config(format!(
        "there is no option {:?}; the options are {}",
        crate::redact::shortened(name),
        names.join(", ")
    ))
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
