//! Report: the value, the origin and the warnings of each option, and nothing secret.

use super::options::OPTIONS;
use super::{Ca, Config, ProxyUrl, Settings};
use crate::credentials::{Credentials, ValueSource};
use crate::log::{Level, Line};

/// A line for each option, in the order of the table, and then the warnings. The settings were made
/// of this config, and the credentials are those in use.
pub(crate) fn report(config: &Config, settings: &Settings, credentials: &Credentials) -> Vec<Line> {
    let row = |name| {
        let text = match shown(name, config, settings, credentials) {
            (value, _) if value.is_empty() => "not set".to_owned(),
            (value, source) => format!("{value}, {}", source.describe(name)),
        };
        Line::new(Level::Debug, format!("option {name}: {text}"))
    };
    let rows = OPTIONS.iter().map(|option| row(option.name));
    let warnings = settings.warnings(credentials).into_iter();
    rows.chain(warnings.map(|(_, text)| Line::new(Level::Warning, text)))
        .collect()
}

/// The length of a credential; proxy and cache without user and password. Empty if not set.
fn shown(
    name: &str,
    config: &Config,
    settings: &Settings,
    credentials: &Credentials,
) -> (String, ValueSource) {
    if let Some(credential) = credentials.iter().find(|each| each.name == name) {
        return (credential.length(), credential.source.clone());
    }
    let (text, source) = config.value(name);
    let text = match name {
        "proxy" => proxy(text, settings.proxy.as_ref()),
        "cache" => settings.cache.shown(),
        "ca" if matches!(settings.ca, Ca::Pem(_)) => "text of a PEM file".to_owned(),
        _ => text.to_owned(),
    };
    (text, source)
}

fn proxy(option: &str, used: Option<&ProxyUrl>) -> String {
    match (option, used) {
        ("none", _) => "none".to_owned(),
        ("env", None) => "env (no proxy for this host)".to_owned(),
        ("env", Some(used)) => format!("env ({})", used.authority()),
        (_, Some(used)) => used.authority(),
        (url, None) => {
            let url = ProxyUrl::parse(url).map(|url| url.authority());
            format!("{} (not used for plain http)", url.unwrap_or_default())
        }
    }
}
