//! What the log tells of the options when a client is made.

use crate::child::{Scratch, again, case};
use crate::common::*;

const SECRETS: [&str; 5] = [
    "11111111-2222-3333-4444-555555555555",
    "s3cr3t-key",
    "s3cr3t-subscription",
    "s3cr3t-user",
    "s3cr3t-password",
];

/// The lines that tell of options, in their order.
fn lines(config: &Config) -> Vec<String> {
    let log = config.log();
    drop(config.client());
    let lines = log.lines().into_iter();
    let told = lines.filter(|(level, line)| *level == 4 && line.starts_with("option "));
    let lines: Vec<String> = told.map(|(_, line)| line).collect();
    for secret in SECRETS {
        assert!(!lines.iter().any(|l| l.contains(secret)), "{lines:?}");
    }
    lines
}

fn has(lines: &[String], line: &str) {
    assert!(lines.iter().any(|l| l == line), "{line}\n{lines:#?}");
}

#[test]
fn each_option_is_told_once_with_its_value_and_origin_and_no_secret() {
    let scratch = Scratch::new();
    let key = scratch.write("key", "s3cr3t-key\n");
    let key = key.to_str().unwrap();
    let config = Config::new();
    for (name, value) in [
        ("api_user", SECRETS[0]),
        ("api_key_file", key),
        ("subscription_key", "s3cr3t-subscription"),
        ("timeout", "7s"),
        ("user_agent", "shop/1"),
        ("user_agent", ""),
        (
            "proxy",
            "http://s3cr3t-user:s3cr3t-password@proxy.example:3128",
        ),
        ("ca", "mozilla"),
    ] {
        config.set(name, value);
    }
    let lines = lines(&config);
    let rows = include_str!("../../docs/options.md").lines();
    let names = rows.filter_map(|r| r.strip_prefix("| `")?.split('`').next());
    let told = lines
        .iter()
        .map(|l| l["option ".len()..].split(':').next().unwrap());
    assert!(names.eq(told), "{lines:#?}");
    for line in [
        "option base_url: https://proxy.momoapi.mtn.co.rw, the default",
        "option api_user: 36 characters, set by the program",
        "option api_user_file: not set",
        &format!("option api_key: 10 characters, from {key}"),
        &format!("option api_key_file: {key}, set by the program"),
        "option subscription_key: 19 characters, set by the program",
        "option secondary_subscription_key: not set",
        "option timeout: 7s, set by the program",
        "option attempt_timeout: 10s, the default",
        "option user_agent: not set",
        "option proxy: proxy.example:3128, set by the program",
        "option ca: mozilla, set by the program",
    ] {
        has(&lines, line);
    }
}

/// In a process of its own, since it reads the environment.
#[test]
fn what_comes_from_the_environment_is_told_as_that() {
    const NAME: &str = "what_comes_from_the_environment_is_told_as_that";
    if case().is_none() {
        return again(NAME, "alone")
            .env("MOMO_API_KEY", "s3cr3t-key")
            .env("MOMO_PRODUCT", "collection")
            .env("MOMO_TIMEOUT", "9s")
            .env(
                "HTTPS_PROXY",
                "http://s3cr3t-user:s3cr3t-password@10.0.0.1:8080",
            )
            .run();
    }
    let config = Config::new();
    config.set("api_user", SECRETS[0]).set("ca", "mozilla");
    config.set("subscription_key", "s3cr3t-subscription");
    config.set("secondary_subscription_key", "s3cr3t-second");
    // SAFETY: a live config; nobody changes the environment.
    let status = unsafe { momo::ffi::momo_set_options_from_env(config.0, std::ptr::null_mut()) };
    assert_eq!(status, MOMO_OK);
    config.set("timeout", "8s");
    let proxied = lines(&config);
    for line in [
        "option api_key: 10 characters, from MOMO_API_KEY",
        "option secondary_subscription_key: 13 characters, set by the program",
        "option product: collection, from MOMO_PRODUCT",
        "option timeout: 8s, set by the program",
        "option proxy: env (10.0.0.1:8080), the default",
    ] {
        has(&proxied, line);
    }
    config.set("base_url", "http://127.0.0.1:1");
    has(
        &lines(&config),
        "option proxy: env (no proxy for this host), the default",
    );
    config.set("proxy", "http://proxy.example:1");
    has(
        &lines(&config),
        "option proxy: proxy.example:1 (not used for plain http), set by the program",
    );
}
