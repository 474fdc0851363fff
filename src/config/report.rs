//! What the log tells of the options when a client is made: the value of each, and where it came
//! from. Of a credential it tells the length alone.

use super::credential::Source;
use super::proxy::ProxyOption;
use super::{Config, Credential, Credentials, OPTIONS, Opt, ProxyUrl, Settings};
use crate::log::{Level, Line};

/// A line for each option, in the order of the table.
pub(crate) fn report(config: &Config, settings: &Settings, credentials: &Credentials) -> Vec<Line> {
    let line = |option: &Opt| {
        let text = match credential(option.name, credentials) {
            Some(credential) => credential.map(|c| c.length_and_origin(option.name)),
            None => value(option, config, settings),
        };
        let text = text.unwrap_or_else(|| "not set".to_owned());
        Line::new(Level::Debug, format!("option {}: {text}", option.name))
    };
    OPTIONS.iter().map(line).collect()
}

/// The inner one is None where the option is one of a credential that is not set.
fn credential<'a>(name: &str, credentials: &'a Credentials) -> Option<Option<&'a Credential>> {
    match name {
        "api_user" => Some(Some(&credentials.api_user)),
        "api_key" => Some(Some(&credentials.api_key)),
        "subscription_key" => Some(credentials.subscription_keys.first()),
        "secondary_subscription_key" => Some(credentials.subscription_keys.get(1)),
        _ => None,
    }
}

fn value(option: &Opt, config: &Config, settings: &Settings) -> Option<String> {
    let given = config.given.get(option.name);
    let text = match (option.name, given) {
        ("proxy", _) => proxy(&config.proxy, settings.proxy.as_ref()),
        ("cache", _) => settings.cache.shown(),
        (_, Some((text, _))) => text.clone(),
        (_, None) => option.default.to_owned(),
    };
    let origin = match given {
        Some((_, source)) => source.describe(option.name),
        None => "the default".to_owned(),
    };
    (!text.is_empty()).then(|| format!("{text}, {origin}"))
}

fn proxy(option: &ProxyOption, used: Option<&ProxyUrl>) -> String {
    let used = used.map(ProxyUrl::authority);
    match option {
        ProxyOption::None => "none".to_owned(),
        ProxyOption::Env => {
            let used = used.unwrap_or_else(|| "no proxy for this host".to_owned());
            format!("env ({used})")
        }
        ProxyOption::Url(url) => {
            let used = used.map_or(" (not used for plain http)", |_| "");
            format!("{}{used}", url.authority())
        }
    }
}

impl Source {
    pub(super) fn describe(&self, name: &str) -> String {
        match self {
            Self::Program => "set by the program".to_owned(),
            Self::Environment => format!("from MOMO_{}", name.to_ascii_uppercase()),
            Self::File(path) => format!("from {}", path.display()),
        }
    }
}
