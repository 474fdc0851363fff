//! What the tests have in common: the C interface, and the mock gateway.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, unreachable_pub)]

mod interface;
mod log;

pub use interface::*;
#[allow(unused_imports)] // not every file of tests names it
pub use log::Log;
pub use momo_mock_gateway::Gateway;

use momo_mock_gateway::{DEFAULT_API_KEY, DEFAULT_API_USER, DEFAULT_SUBSCRIPTION_KEY};
use std::time::Duration;

/// How long something that happens at once may take on a slow machine. A call that nothing ends takes
/// the minute of [`Config::mock`].
pub const SOON: Duration = Duration::from_secs(15);

pub const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

impl Config {
    pub fn set_all(&self, options: &[(&str, &str)]) -> &Self {
        for (name, value) in options {
            self.set(name, value);
        }
        self
    }

    /// With these options.
    pub fn of(options: &[(&str, &str)]) -> Self {
        let config = Self::new();
        config.set_all(options);
        config
    }

    /// For a server of a test's own, without credentials: retries and proxy off.
    pub fn without_credentials(base_url: &str, ca: &str) -> Self {
        Self::of(&[
            ("base_url", base_url),
            ("ca", ca),
            ("proxy", "none"),
            ("max_attempts", "1"),
            ("cache", "client"),
            ("timeout", "1m"),
            ("attempt_timeout", "1m"),
            ("connect_timeout", "1m"),
        ])
    }

    /// The same with API user, API key and subscription key.
    pub fn at(base_url: &str, [user, key, subscription]: [&str; 3], ca: &str) -> Self {
        let config = Self::without_credentials(base_url, ca);
        config.set("api_user", user).set("api_key", key);
        config.set("subscription_key", subscription);
        config
    }

    /// The same for the mock gateway with its credentials and its CA, at a path below its root
    /// (`/503`, say).
    pub fn mock(gateway: &Gateway, behaviour: &str) -> Self {
        let known = gateway.credentials();
        let keys = [
            &*known.api_user,
            &known.api_key,
            &known.subscription_keys[0],
        ];
        let ca = gateway.ca_path().to_str().unwrap();
        Self::at(&(gateway.base_url() + behaviour), keys, ca)
    }

    /// The same without handshakes, for tests of tokens and not of connections.
    pub fn plain(gateway: &Gateway, behaviour: &str) -> Self {
        let config = Self::mock(gateway, behaviour);
        config.set("base_url", &(gateway.plain_base_url() + behaviour));
        config
    }

    /// A client whose token is stale and good for half a minute, and that token: an equal client with
    /// a smaller margin has taken it as fresh, though the response was old. A higher age would be
    /// more than a machine that has just started knows of.
    pub fn with_stale_token(&self, gateway: &Gateway) -> (Client, Token) {
        gateway.set_behaviour("/lifetime-200/age-155");
        self.set("cache", "process").set("refresh_margin", "1s");
        let token = self.client().get().unwrap();
        gateway.set_behaviour("");
        (self.set("refresh_margin", "15m").client(), token)
    }

    /// With the mock gateway's own credentials, wherever it is reached.
    pub fn with_credentials(base_url: &str, ca: &str) -> Self {
        let config = Self::of(&[("base_url", base_url), ("ca", ca)]);
        config.set("api_user", DEFAULT_API_USER);
        config.set("api_key", DEFAULT_API_KEY);
        config.set("subscription_key", DEFAULT_SUBSCRIPTION_KEY);
        config
    }
}

/// The failure, which has this status and says these words.
#[track_caller]
pub fn fails(outcome: Result<impl Sized, Error>, status: momo_status, words: &[&str]) -> Error {
    let Err(error) = outcome else {
        panic!("no failure: {words:?}");
    };
    assert_eq!(error.status, status, "{words:?}: {}", error.message);
    for word in words {
        assert!(error.message.contains(word), "{word}: {}", error.message);
    }
    error
}

/// How many threads this process has.
#[cfg(target_os = "linux")]
pub fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}
