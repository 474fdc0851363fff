//! Report: the value, the origin and the warnings of each option, and nothing secret.

use super::options::OPTIONS;
use super::{Ca, Config, ProxyUrl, Settings};
use crate::credentials::{self, Credentials, ValueSource};
use crate::log::{Level, Line};

/// What may be shown of an option.
pub(crate) struct OptionReport {
    name: &'static str,
    /// The length of a credential; proxy and cache without user and password. Empty if not set.
    value: String,
    source: ValueSource,
    warnings: Vec<&'static str>,
}

/// A row for each option, in the order of the table. The settings were made of this config, and
/// the credentials are those in use.
pub(crate) fn report(
    config: &Config,
    settings: &Settings,
    credentials: &Credentials,
) -> Vec<OptionReport> {
    let warnings = settings.warnings(credentials);
    let row = |name: &'static str| {
        let (value, source) = shown(name, config, settings, credentials);
        let of_this = warnings.iter().filter(|(option, _)| *option == name);
        OptionReport {
            name,
            value,
            source,
            warnings: of_this.map(|(_, text)| *text).collect(),
        }
    };
    OPTIONS.iter().map(|option| row(option.name)).collect()
}

/// The rows as the log tells them: a line for each option, and then the warnings.
pub(crate) fn log_lines(rows: &[OptionReport]) -> Vec<Line> {
    let options = rows.iter().map(|row| {
        let text = match row.value.as_str() {
            "" => "not set".to_owned(),
            value => format!("{value}, {}", row.source.describe(row.name)),
        };
        Line::new(Level::Debug, format!("option {}: {text}", row.name))
    });
    let warnings = rows.iter().flat_map(|row| &row.warnings);
    let warnings = warnings.map(|text| Line::new(Level::Warning, *text));
    options.chain(warnings).collect()
}

fn shown(
    name: &str,
    config: &Config,
    settings: &Settings,
    credentials: &Credentials,
) -> (String, ValueSource) {
    if let Some(place) = credentials::OPTIONS.iter().position(|o| *o == name) {
        return match credentials.iter().nth(place) {
            Some(credential) => (credential.length(), credential.source.clone()),
            None => (String::new(), ValueSource::Default),
        };
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
