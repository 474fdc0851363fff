//! Options: what is taken and what is refused, in which words, from calls, files, the environment.

mod trust;
mod values;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::child::{Scratch, again, case};
use crate::common::*;

const USER: &str = "11111111-2222-3333-4444-5555s3cr3tu";

fn complete() -> Config {
    Config::of(&[
        ("api_user", USER),
        ("api_key", "s3cr3t-key"),
        ("subscription_key", "s3cr3t-sub"),
        ("proxy", "none"),
        ("ca", "mozilla"),
    ])
}

fn refused(outcome: Result<impl Sized, Error>, words: &[&str]) -> Error {
    let error = fails(outcome, MOMO_INVALID_CONFIG, words);
    assert_eq!((error.http_status, error.retry_after_ms), (0, -1));
    assert!(!error.message.contains("s3cr3t"), "{}", error.message);
    error
}

/// The names in docs/options.md, which a unit test keeps equal to the table in the source.
fn names() -> Vec<&'static str> {
    let rows = include_str!("../../docs/options.md").lines();
    rows.filter_map(|r| r.strip_prefix("| `")?.split('`').next())
        .collect()
}

#[test]
fn every_option_takes_its_good_values() {
    for name in names() {
        assert!(values::GOOD.iter().any(|(n, _)| *n == name), "{name}");
    }
    for (name, value) in values::GOOD {
        Config::new().set(name, value);
    }
}

#[test]
fn every_option_refuses_its_bad_values_by_name_and_repeats_no_credential() {
    for name in names() {
        assert!(values::BAD.iter().any(|(n, _, _)| *n == name), "{name}");
    }
    let long = "s3cr3t".repeat(400);
    let urls = format!("https://host/{long}");
    let more = [
        ("base_url", urls.as_str(), "2,048"),
        ("proxy", &urls, "2,048"),
        ("api_user", &long, "longer than"),
        ("api_key", &long, "longer than"),
        ("subscription_key", &long, "longer than"),
        ("secondary_subscription_key", &long, "longer than"),
        ("user_agent", &long, "longer than"),
    ];
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "");
    for (name, value, words) in values::BAD.iter().chain(&more) {
        let option = format!("option {name}: ");
        refused(config.try_set(name, value), &[&option, words]);
    }
    // The values before are in place.
    config.client().create().unwrap();
    assert_eq!(gateway.request_count(), 1);
}

#[test]
fn an_unknown_option_is_named_beside_those_that_there_are() {
    let long = "x".repeat(10_000);
    let config = Config::new();
    for (name, shown) in [
        ("base-url", "base-url"),
        ("BASE_URL", "BASE_URL"),
        ("", "there is no option"),
        (" timeout", " timeout"),
        ("time\nout", "there is no option"),
        (&long, "xxx"),
    ] {
        let error = refused(config.try_set(name, "1s"), &[shown, "base_url", "cache"]);
        assert!(error.message.len() < 1000);
    }
}

#[test]
fn what_is_missing_is_said_when_the_client_is_created() {
    let all = [
        ("api_user", USER),
        ("api_key", "s3cr3t"),
        ("subscription_key", "s3cr3t"),
    ];
    for (name, _) in all {
        let others: Vec<_> = all
            .into_iter()
            .filter(|(other, _)| *other != name)
            .collect();
        let missing = format!("option {name} is missing");
        let variable = format!("MOMO_{}", name.to_uppercase());
        refused(Config::of(&others).try_client(), &[&missing, &variable]);
    }
    let all = "options api_user, api_key, subscription_key are missing; set them, or \
               MOMO_API_USER, MOMO_API_KEY, MOMO_SUBSCRIPTION_KEY in the environment";
    let error = refused(Config::new().try_client(), &[all]);
    assert!(!error.message.contains("momo_set"), "{}", error.message);
}

#[test]
fn a_key_and_a_file_for_it_exclude_each_other() {
    for name in ["api_key", "subscription_key"] {
        let config = complete();
        let file = format!("{name}_file");
        config.set(&file, "/no/such/file");
        refused(config.try_client(), &["both", &file, "set one"]);
        config.set(&file, "").client();
    }
}

#[test]
fn a_key_file_is_checked_when_the_client_is_created() {
    let scratch = Scratch::new();
    let long = "s3cr3t".repeat(1000);
    #[rustfmt::skip]
    let files: [(&str, &[u8], Option<&str>); 18] = [
        ("plain", b"s3cr3t", None),
        ("newline", b"s3cr3t\n", None),
        ("crlf", b"s3cr3t\r\n", None),
        ("empty", b"", Some("empty")),
        ("newline alone", b"\n", Some("empty")),
        ("two newlines", b"s3cr3t\n\n", Some("line break")),
        ("two lines", b"s3cr3t\nsecond", Some("line break")),
        ("blank", b"s3cr3t \n", Some("white space")),
        ("control", b"s3cr3t\x01", Some("control")),
        ("nul", b"s3cr3t\0", Some("control")),
        ("latin", b"s3cr3t\xe9", Some("not UTF-8")),
        ("long", long.as_bytes(), Some("longer than")),
        ("byte order mark", b"\xef\xbb\xbfs3cr3t\r\n", None),
        ("two of them", b"\xef\xbb\xbf\xef\xbb\xbfs3cr3t", Some("U+FEFF")),
        ("quotes", b"\"s3cr3t\"\n", Some("quotation marks are around it")),
        ("soft hyphen", b"s3\xc2\xadcr3t", Some("U+00AD, a soft hyphen")),
        ("UTF-16", b"\xff\xfes\x003\0", Some("it is UTF-16")),
        ("UTF-16, big end first", b"\xfe\xff\0s\x003", Some("it is UTF-16")),
    ];
    std::fs::create_dir(scratch.path("directory")).unwrap();
    for (name, bytes, _) in &files {
        scratch.write(name, bytes);
    }
    let directory = ("directory", Some("cannot be read"));
    let missing = ("missing", Some("cannot be read"));
    let endless = ("/dev/zero", Some("longer than"));
    let all = files.iter().map(|(name, _, words)| (*name, *words));
    for (name, words) in all.chain([directory, missing, endless]) {
        for (option, other) in [
            ("api_key_file", "subscription_key"),
            ("subscription_key_file", "api_key"),
        ] {
            let config = Config::of(&[("api_user", USER), (other, "x"), ("ca", "mozilla")]);
            config.set(option, scratch.path(name).to_str().unwrap());
            config.set("proxy", "none");
            match words {
                None => drop(config.client()),
                Some(words) => drop(refused(config.try_client(), &[option, words])),
            }
        }
    }
}

#[test]
fn the_environment_is_taken_whole_or_not_at_all() {
    let Some(case) = case() else {
        for (case, variables, _, _) in values::ENVIRONMENTS {
            let mut child = again(|| (), case);
            for (name, value) in *variables {
                child.env(name, OsStr::from_bytes(value));
            }
            child.passes();
        }
        return;
    };
    let (_, _, refusal, line) = values::ENVIRONMENTS
        .iter()
        .find(|(n, ..)| *n == case)
        .unwrap();
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "");
    let log = config.log();
    match refusal {
        Some(words) => drop(refused(config.set_from_env(), &[words])),
        None => config.set_from_env().unwrap(),
    }
    let logged = log.text();
    assert_eq!(log.lines().len(), usize::from(line.is_some()), "{logged}");
    assert!(logged.contains(line.unwrap_or_default()), "{logged}");
    for (_, line) in log.lines() {
        assert!(!line.contains("s3cr3t"), "{line}");
        assert!(!line.contains(char::is_control), "{line}");
    }
    // If one variable was bad, none of the good ones was taken.
    config.client().create().unwrap();
}
