//! Option table: the setters, the environment and the documentation follow from it.

use super::base_url::BaseUrl;
use super::cache::CachePolicy;
use super::proxy::ProxyUrl;
use super::values::{
    Ca, RefreshBy, attempts, optional_header_value, path, product, refresh_margin, timeout,
};
use crate::credentials::{parse_api_key, parse_api_user, parse_header_value};

/// One row of the table.
pub(super) struct Opt {
    pub(super) name: &'static str,
    pub(super) default: &'static str,
    /// What values it takes, for the documentation.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the documentation is checked by a test")
    )]
    pub(super) values: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "as above"))]
    pub(super) text: &'static str,
    /// Whether it takes this value. An error says why not.
    pub(super) check: fn(&str) -> Result<(), String>,
}

macro_rules! opt {
    ($name:literal, $default:literal, $values:literal, $parse:expr, $text:literal) => {
        Opt {
            name: $name,
            default: $default,
            values: $values,
            text: $text,
            check: |value| $parse(value).map(drop),
        }
    };
}

#[rustfmt::skip]
pub(super) const OPTIONS: [Opt; 20] = [
    opt!("base_url", "https://proxy.momoapi.mtn.co.rw", "URL", BaseUrl::parse,
        "The gateway, without the product: https, or plain http on loopback only (localhost, \
         127.0.0.0/8, [::1])"),
    opt!("product", "disbursement", "disbursement, collection, remittance", product,
        "The product whose tokens are wanted"),
    opt!("api_user", "", "text without ':'", parse_api_user,
        "The API user (a UUID). This or api_user_file is required"),
    opt!("api_user_file", "", "path", path,
        "A file that holds the API user; a final newline is dropped. Read again if it has \
         changed"),
    opt!("api_key", "", "text", parse_api_key,
        "The API key of that user. This or api_key_file is required"),
    opt!("api_key_file", "", "path", path,
        "The same for the API key"),
    opt!("subscription_key", "", "printable ASCII", parse_header_value,
        "The primary subscription key of the product. This or subscription_key_file is required"),
    opt!("subscription_key_file", "", "path", path,
        "The same for the subscription key"),
    opt!("secondary_subscription_key", "", "printable ASCII", optional_header_value,
        "Tried once if the primary is refused, so that keys can be rotated"),
    opt!("secondary_subscription_key_file", "", "path", path,
        "The same for the secondary subscription key"),
    opt!("timeout", "30s", "duration, 1ms to 1h", timeout,
        "The whole call: waiting for another thread, look-up, connecting, TLS, every retry"),
    opt!("attempt_timeout", "10s", "duration, 1ms to 1h", timeout,
        "One attempt, whole"),
    opt!("connect_timeout", "5s", "duration, 1ms to 1h", timeout,
        "One attempt's look-up, connection and handshake"),
    opt!("max_attempts", "3", "1 to 10", attempts,
        "How often a call tries if trying again can help"),
    opt!("refresh", "background", "background, caller", RefreshBy::parse,
        "Who refreshes a stale token: a short-lived thread of the library, so that no caller \
         waits, or the caller who finds it stale"),
    opt!("refresh_margin", "10m", "duration, 0s to 24h", refresh_margin,
        "How long before its expiry a token is refreshed; at most a quarter of its lifetime, plus \
         up to a fifth of itself at random"),
    opt!("ca", "system", "system, mozilla, path of a PEM file", Ca::parse,
        "The trusted certificate authorities: the system's, Mozilla's (built in), or those in a \
         file and no others"),
    opt!("proxy", "env", "env, none, http:// or https:// URL", ProxyUrl::of_option,
        "env takes HTTPS_PROXY, ALL_PROXY and NO_PROXY as curl does; never used for plain http"),
    opt!("user_agent", "", "printable ASCII", optional_header_value,
        "Put in front of libmomo/x.y.z in the User-Agent header"),
    opt!("cache", "process", "process, client, none, file:DIRECTORY, redis:// or rediss:// URL",
        |value| CachePolicy::parse(value, || Ok("".into())),
        "Equal clients of the process share a token, or a client keeps its own, or none is kept; \
         with file: other processes of the user on this machine share it too, with Redis those of \
         other machines. [sharing.md](sharing.md)"),
];
