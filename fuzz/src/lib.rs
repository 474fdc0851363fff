//! What the fuzz targets have in common.

#[path = "../../tests/common/hidden.rs"]
pub mod hidden;
#[path = "../../tests/common/interface.rs"]
pub mod interface;
#[path = "../../tests/common/log.rs"]
pub mod log;

pub mod connections;
pub mod failures;

use interface::{Config, copied, outcome};
#[cfg(feature = "libfuzzer")]
pub use libfuzzer_sys::fuzz_target;

/// In libFuzzer's place: the target once with each file that is named.
#[cfg(not(feature = "libfuzzer"))]
#[macro_export]
macro_rules! fuzz_target {
    (init: $init:expr, |$data:ident: &[u8]| $body:block) => {
        fn main() {
            let run = |$data: &[u8]| $body;
            $init;
            for path in std::env::args().skip(1) {
                println!("{path}");
                run(&std::fs::read(path).expect("an input"));
            }
        }
    };
}

/// Credentials that no text holds by chance.
pub mod credentials {
    use std::sync::LazyLock;

    use crate::hidden::Secrets;

    pub const API_USER: &str = "5f1d9a3e-77c2-4b1e-9c55-0a4bd2f6c1aa";
    pub const API_KEY: &str = "k3y+with/odd=chars&0123456789";
    pub const SUBSCRIPTION_KEY: &str = "b7c1d2e3f4a5968778695a4b3c2d1e0f";
    pub const SECONDARY_SUBSCRIPTION_KEY: &str = "0f9e8d7c6b5a49382716f5e4d3c2b1a0";
    pub const PROXY_USER: &str = "proxy-user-q8w7e6";
    pub const PROXY_PASSWORD: &str = "p4ss/w0rd+z9y8x7";

    pub const OPTIONS: [(&str, &str); 4] = [
        ("api_user", API_USER),
        ("api_key", API_KEY),
        ("subscription_key", SUBSCRIPTION_KEY),
        ("secondary_subscription_key", SECONDARY_SUBSCRIPTION_KEY),
    ];

    /// What is nobody's but the gateway's.
    pub static SECRETS: LazyLock<Secrets> =
        LazyLock::new(|| Secrets::new(&OPTIONS.map(|(_, value)| value), &[(API_USER, API_KEY)]));
}

/// What each target does first. The library keeps the panics that it catches to itself: here their
/// message is wanted, and any of them is a finding.
pub fn prepare() {
    let shown = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        eprintln!("{info}");
        shown(info);
        std::process::abort();
    }));
    // The environment is part of no input.
    for name in ["https_proxy", "all_proxy", "no_proxy"] {
        // SAFETY: no other thread has been started yet.
        unsafe {
            std::env::remove_var(name);
            std::env::remove_var(name.to_ascii_uppercase());
        }
    }
}

/// What stands before the first of these separators, and after it.
pub fn split_at<'a>(data: &'a [u8], separator: &[u8]) -> (&'a [u8], &'a [u8]) {
    let at = data.windows(separator.len()).position(|w| w == separator);
    match at {
        Some(at) => (&data[..at], &data[at + separator.len()..]),
        None => (data, &[]),
    }
}
