//! Option table: the setters, the environment and the documentation follow from it.

use super::base_url::BaseUrl;
use super::cache::CachePolicy;
use super::proxy::ProxyUrl;
use super::values::{
    Ca, attempts, check_optional_header_value, path, product, refresh_by_caller, refresh_margin,
    timeout,
};
use crate::credentials::{check_api_key, check_api_user, check_header_value};

#[cfg_attr(
    not(test),
    expect(dead_code, reason = "the documentation is checked by a test")
)]
pub(super) struct Opt {
    pub(super) name: &'static str,
    pub(super) default: &'static str,
    /// What values it takes, for the documentation.
    pub(super) values: &'static str,
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
pub(super) static OPTIONS: [Opt; 23] = [
    opt!("base_url", "https://proxy.momoapi.mtn.co.rw", "URL", BaseUrl::parse,
        "The gateway, without the product: https, or plain http on loopback only (localhost, \
         127.0.0.0/8, [::1])"),
    opt!("product", "disbursement", "disbursement, collection, remittance", product,
        "The product that the tokens are for"),
    opt!("api_user", "", "text without ':'", check_api_user,
        "The API user (a UUID). This or api_user_file is required"),
    opt!("api_user_file", "", "path", path,
        "A file that contains the API user; a final newline is dropped. Read again if it has \
         changed"),
    opt!("api_key", "", "text", check_api_key,
        "The API key of that user. This or api_key_file is required"),
    opt!("api_key_file", "", "path", path,
        "The same for the API key"),
    opt!("subscription_key", "", "printable ASCII", check_header_value,
        "The primary subscription key of the product. This or subscription_key_file is required"),
    opt!("subscription_key_file", "", "path", path,
        "The same for the subscription key"),
    opt!("secondary_subscription_key", "", "printable ASCII", check_optional_header_value,
        "Tried once if the gateway refuses the primary key, so that keys can be rotated"),
    opt!("secondary_subscription_key_file", "", "path", path,
        "The same for the secondary subscription key"),
    opt!("timeout", "30s", "duration, 1ms to 1h", timeout,
        "How long a call waits if `timeout_ms` is -1, and how long a request takes, retries included"),
    opt!("attempt_timeout", "10s", "duration, 1ms to 1h", timeout,
        "One whole attempt"),
    opt!("connect_timeout", "5s", "duration, 1ms to 1h", timeout,
        "The look-up, connection and handshake of one attempt"),
    opt!("max_attempts", "3", "1 to 10", attempts,
        "Most attempts of one request; only a failure that may pass is retried"),
    opt!("refresh", "background", "background, caller", refresh_by_caller,
        "Who makes the requests of momo_get_token: a short-lived thread of the library, or the \
         caller that finds one due (for programs that must not have threads)"),
    opt!("refresh_margin", "10m", "duration, 0s to 24h", refresh_margin,
        "How long before its expiry a token is refreshed; at most a quarter of its lifetime, plus \
         up to a fifth of itself at random"),
    opt!("ca", "system", "system, mozilla, path of a PEM file", Ca::parse,
        "The trusted certificate authorities: the system's, Mozilla's (built in), or those in a \
         file and no others"),
    opt!("proxy", "env", "env, none, http://, https:// or socks5h:// URL", ProxyUrl::of_option,
        "env reads HTTPS_PROXY, ALL_PROXY and NO_PROXY as curl does; plain http never uses a proxy"),
    opt!("user_agent", "", "printable ASCII", check_optional_header_value,
        "Text before libmomo/x.y.z in the User-Agent header"),
    opt!("cache", "process", "process, client, none, file:DIRECTORY, redis://, rediss:// or redis+unix:// URL",
        CachePolicy::parse,
        "Who uses one token: equal clients of the process, the client alone, or nobody (none is \
         kept). With file: other processes of the user on this machine use it too, with Redis \
         those of other machines. [sharing.md](sharing.md)"),
    opt!("cache_password_file", "", "path", path,
        "A file that contains the password of Redis, read again for each connection"),
    opt!("cache_client_certificate", "", "path", path,
        "A PEM file with the certificate that a Redis server with TLS demands, and the issuers \
         between; read again for each connection"),
    opt!("cache_client_key", "", "path", path,
        "A PEM file with the private key of that certificate, not encrypted"),
];
