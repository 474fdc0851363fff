//! Settings of a unit test's own: with credentials, and without a proxy.

use crate::Failure;
use crate::config::{Config, Settings};
use crate::credentials::Credentials;

pub(crate) const API_USER: &str = "f7a0b9c2-5d1e-4a3b-8c6d-0e1f2a3b4c5d";

const DEFAULTS: [(&str, &str); 4] = [
    ("api_user", API_USER),
    ("api_key", "an-api-key"),
    ("subscription_key", "the-primary-key"),
    ("proxy", "none"),
];

/// `options` win over the values of all tests.
fn config_of(options: &[(&str, &str)]) -> Result<Config, Failure> {
    let mut config = Config::default();
    for (name, value) in DEFAULTS.iter().chain(options) {
        config.set(name, value)?;
    }
    Ok(config)
}

pub(crate) fn config_with(options: &[(&str, &str)]) -> Config {
    config_of(options).unwrap()
}

pub(crate) fn settings_of(options: &[(&str, &str)]) -> Result<Settings, Failure> {
    Settings::of(&config_of(options)?)
}

pub(crate) fn settings_with(options: &[(&str, &str)]) -> Settings {
    settings_of(options).unwrap()
}

pub(crate) fn credentials_of(settings: &Settings) -> Credentials {
    settings.credentials.read(true).unwrap().0
}
