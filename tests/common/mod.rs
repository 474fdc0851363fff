//! What the tests have in common: the C interface, and the mock gateway.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, unreachable_pub)]

mod interface;
mod log;

pub use interface::*;
#[allow(unused_imports)] // not every file of tests names it
pub use log::Log;
pub use momo_mock_gateway::Gateway;

impl Config {
    /// A config for the mock gateway with its credentials and its CA, at a path below its root
    /// (`/503`, say), retries and proxy off.
    pub fn mock(gateway: &Gateway, behaviour: &str) -> Self {
        let config = Self::new();
        let credentials = gateway.credentials();
        let base_url = gateway.base_url() + behaviour;
        for (name, value) in [
            ("base_url", base_url.as_str()),
            ("api_user", &credentials.api_user),
            ("api_key", &credentials.api_key),
            ("subscription_key", &credentials.subscription_keys[0]),
            ("ca", gateway.ca_path().to_str().unwrap()),
            ("proxy", "none"),
            ("max_attempts", "1"),
            ("cache", "client"),
            ("timeout", "10s"),
        ] {
            config.set(name, value);
        }
        config
    }

    /// A config with the mock gateway's own credentials, wherever it is reached.
    pub fn with_credentials(base_url: &str, ca: &str) -> Self {
        let config = Self::new();
        for (name, value) in [
            ("base_url", base_url),
            ("api_user", momo_mock_gateway::DEFAULT_API_USER),
            ("api_key", momo_mock_gateway::DEFAULT_API_KEY),
            (
                "subscription_key",
                momo_mock_gateway::DEFAULT_SUBSCRIPTION_KEY,
            ),
            ("ca", ca),
        ] {
            config.set(name, value);
        }
        config
    }
}

/// How many threads this process has.
#[cfg(target_os = "linux")]
pub fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}
