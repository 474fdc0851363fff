//! What the list of options and the log tell of them. A unit test has a row for each option.

use crate::child::{Scratch, again, case, wait_for};
use crate::common::*;

const SECRETS: [&str; 5] = [
    "11111111-2222-3333-4444-555555555555",
    "s3cr3t-key",
    "s3cr3t-subscription",
    "s3cr3t-user",
    "s3cr3t-password",
];

/// The lines that tell of options, in their order: the log's, which are those of the list.
fn lines(config: &Config) -> Vec<String> {
    let log = config.log();
    let rows = config.client().options();
    let lines = log.lines().into_iter();
    let (told, warned): (Vec<_>, Vec<_>) = lines.partition(|(level, _)| *level == 4);
    let told: Vec<String> = told.into_iter().map(|(_, line)| line).collect();
    let listed = rows.iter().map(|row| match &*row.value {
        "" => format!("option {}: {}", row.name, row.source),
        value => format!("option {}: {value}, {}", row.name, row.source),
    });
    assert!(listed.eq(told.iter().cloned()), "{rows:#?}");
    let warnings = rows.iter().filter(|row| !row.warning.is_empty());
    let warnings = warnings.map(|row| (2, row.warning.clone()));
    assert!(warnings.eq(warned), "{rows:#?}");
    for secret in SECRETS {
        assert!(!format!("{rows:?}").contains(secret), "{rows:#?}");
    }
    told
}

fn row(client: &Client, name: &str) -> OptionRow {
    let mut rows = client.options().into_iter();
    rows.find(|row| row.name == name).unwrap()
}

fn has(lines: &[String], line: &str) {
    assert!(lines.iter().any(|l| l == line), "{line}\n{lines:#?}");
}

/// In a process of its own, since it reads the environment.
#[test]
fn what_comes_from_the_environment_is_told_as_that() {
    if case().is_none() {
        let proxy = "http://s3cr3t-user:s3cr3t-password@10.0.0.1:8080";
        return again(|| (), "alone")
            .env("MOMO_API_KEY", "s3cr3t-key")
            .env("MOMO_PRODUCT", "collection")
            .env("MOMO_TIMEOUT", "9s")
            .env("HTTPS_PROXY", proxy)
            .passes();
    }
    let config = Config::new();
    config.set("api_user", SECRETS[0]).set("ca", "mozilla");
    config.set("subscription_key", "s3cr3t-subscription");
    config.set("secondary_subscription_key", "s3cr3t-second");
    config.set_from_env().unwrap();
    config.set("timeout", "8s");
    let proxied = lines(&config);
    for line in [
        "option api_key: 10 characters, from MOMO_API_KEY",
        "option secondary_subscription_key: 13 characters, set by the program",
        "option product: collection, from MOMO_PRODUCT",
        "option timeout: 8s, set by the program",
        "option proxy: 10.0.0.1:8080 (from HTTPS_PROXY), the default",
    ] {
        has(&proxied, line);
    }
    config.set("base_url", "http://127.0.0.1:1");
    let line = "option proxy: env (no proxy for this host), the default";
    has(&lines(&config), line);
    config.set("proxy", "http://proxy.example:1");
    let line = "option proxy: none (plain http uses no proxy), set by the program";
    has(&lines(&config), line);
}

/// Unit tests have which they are.
#[test]
fn likely_mistakes_are_warnings_of_their_options() {
    let config = Config::of(&[
        ("base_url", "https://momo.azure-api.net"),
        ("api_user", "s3cr3t-user"),
        ("api_key", "s3cr3t-key"),
        ("subscription_key", "s3cr3t-key"),
        ("cache", "redis://:s3cr3t-password@redis.example"),
        ("ca", "mozilla"),
    ]);
    lines(&config);
    let mut options = config.client().options();
    options.retain(|row| !row.warning.is_empty());
    let warned: Vec<_> = options.iter().map(|row| &*row.name).collect();
    assert_eq!(warned, ["base_url", "api_user", "api_key", "cache"]);
}

#[test]
fn the_list_shows_the_credentials_in_use() {
    let (gateway, scratch) = (Gateway::start().unwrap(), Scratch::new());
    let file = scratch.write("key", "first");
    let config = Config::of(&[
        ("base_url", &gateway.base_url()),
        ("ca", gateway.ca_path().to_str().unwrap()),
        ("proxy", "none"),
        ("max_attempts", "1"),
        ("api_user", "user"),
        ("api_key", "key"),
        ("subscription_key_file", file.to_str().unwrap()),
    ]);
    let client = config.client();
    config.set("timeout", "1s");
    drop(config);
    let listed = |client: &Client| row(client, "subscription_key");
    let first = listed(&client);
    assert_eq!(first.value, "5 characters");
    assert_eq!(first.source, format!("from {}", file.display()));
    scratch.write("key", "the second");
    assert_eq!(listed(&client), first, "no request was sent with it");
    let clone = client.cloned();
    // The new one is used as soon as it has been there for a second.
    wait_for("use of the second", || {
        client.create().unwrap_err();
        listed(&client) != first
    });
    for client in [&client, &clone] {
        assert_eq!(listed(client).value, "10 characters");
        assert_eq!(row(client, "timeout").value, "30s", "as it was made");
    }
}
