//! Report: the value, the source and the warning of each option, and nothing secret.

use super::options::OPTIONS;
use super::{Ca, Config, ProxyUrl, Settings};
use crate::credentials::{Credentials, ValueSource};
use crate::{Level, Line};

/// What one option is set to.
pub(crate) struct OptionRow {
    pub(crate) name: &'static str,
    /// The length of a credential; proxy and cache without user and password. Empty if not set.
    pub(crate) value: String,
    pub(crate) source: String,
    /// What is allowed and yet likely to be a mistake; empty if nothing is.
    pub(crate) warning: &'static str,
}

/// A row for each option, in the order of the table. The settings were made of this config, and the
/// credentials are those in use.
pub(crate) fn report(
    config: &Config,
    settings: &Settings,
    credentials: &Credentials,
) -> Vec<OptionRow> {
    let row = |name| {
        let (value, source) = shown(name, config, settings, credentials);
        let source = match &*value {
            "" => "not set".to_owned(),
            _ => source.describe(name),
        };
        OptionRow {
            name,
            value,
            source,
            warning: settings.warning(name, credentials),
        }
    };
    OPTIONS.iter().map(|option| row(option.name)).collect()
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
