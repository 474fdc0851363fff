//! No option that is not there is taken, and no control character in a value; and nothing that is said
//! of options, in an error or in the log, depends on what a secret is.
//!
//! An input is lines of NAME=VALUE; a line that begins with no option's name goes on with the value
//! before it. The value of an option that takes a file is what is in that file.
#![cfg_attr(feature = "libfuzzer", no_main)]

use std::collections::BTreeSet;
use std::ffi::CString;
use std::path::PathBuf;
use std::sync::LazyLock;

use momo::ffi::momo_status::*;
use momo::fuzzing::option_names;
use momo_fuzz::fuzz_target;
use momo_fuzz::interface::{Config, Error};
use momo_fuzz::split_at;

static NAMES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| option_names().collect());

static DIRECTORY: LazyLock<PathBuf> = LazyLock::new(|| {
    let directory = std::env::temp_dir().join(format!("momo-fuzz-options-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory for the files");
    directory
});

/// Names and values, up to a NUL: they are strings of C.
fn parse(data: &[u8]) -> Vec<(&[u8], Vec<u8>)> {
    let mut options: Vec<(&[u8], Vec<u8>)> = Vec::new();
    for line in split_at(data, b"\0").0.split(|b| *b == b'\n') {
        let (name, value) = split_at(line, b"=");
        let is_option = std::str::from_utf8(name).is_ok_and(|name| NAMES.contains(name));
        match options.last_mut() {
            Some((_, value)) if !is_option => {
                value.push(b'\n');
                value.extend_from_slice(line);
            }
            _ => options.push((name, value.to_vec())),
        }
    }
    options
}

fn set(config: &Config, name: &[u8], value: &[u8]) -> Result<(), Error> {
    let string = |text: &[u8]| CString::new(text).expect("cut at the first NUL");
    let (name, value) = (string(name), string(value));
    config.try_set_string(&name, &value)
}

fn is_secret_file(name: &str) -> bool {
    NAMES.contains(name) && name.ends_with("_file")
}

fn is_file(name: &str) -> bool {
    is_secret_file(name) || ["cache_client_certificate", "cache_client_key"].contains(&name)
}

/// Another secret of the same form: as long, of the same kinds of characters, different where this
/// one is different from others.
fn exchanged(secret: &[u8]) -> Vec<u8> {
    let next = |byte: &u8| match byte {
        b'9' => b'0',
        b'f' => b'a',
        b'F' => b'A',
        b'z' => b'g',
        b'Z' => b'G',
        b if b.is_ascii_alphanumeric() => b + 1,
        b => *b,
    };
    secret.iter().map(next).collect()
}

/// The value with another secret in it.
fn with_another_secret(name: &str, value: &[u8]) -> Vec<u8> {
    match name {
        "api_user" | "api_key" | "subscription_key" | "secondary_subscription_key" => {
            exchanged(value)
        }
        "proxy" | "cache" => {
            let (scheme, rest) = split_at(value, b"://");
            let is_scheme = [&b"http"[..], b"https", b"redis", b"rediss"].contains(&scheme);
            match rest.iter().rposition(|b| *b == b'@') {
                // Another escape could be of a character that is refused.
                Some(end) if is_scheme && !rest.contains(&b'%') => {
                    [scheme, b"://", &exchanged(&rest[..end]), &rest[end..]].concat()
                }
                _ => value.to_vec(),
            }
        }
        _ => value.to_vec(),
    }
}

/// The value for a client that is made: files are this target's own, wherever the value points.
fn with_own_files(name: &str, value: &[u8], is_other: bool) -> Vec<u8> {
    let file = DIRECTORY.join(name);
    let path = file.to_str().expect("a path in UTF-8");
    match name {
        "ca" if [&b"system"[..], b"mozilla", b""].contains(&value) => value.to_vec(),
        "cache" if value.starts_with(b"file:") => format!("file:{path}").into_bytes(),
        "ca" => {
            std::fs::write(&file, value).expect("a file is written");
            path.into()
        }
        name if is_file(name) && !value.is_empty() => {
            let content = if is_other && is_secret_file(name) {
                exchanged(value)
            } else {
                value.to_vec()
            };
            std::fs::write(&file, content).expect("a file is written");
            path.into()
        }
        _ => value.to_vec(),
    }
}

/// All that is said on the way to a client.
fn said(options: &[(&str, &[u8])], is_other: bool) -> (Vec<Result<(), Error>>, String) {
    let config = Config::new();
    let log = config.log();
    let mut outcomes = Vec::new();
    for (name, value) in options {
        let value = if is_other {
            with_another_secret(name, value)
        } else {
            value.to_vec()
        };
        let value = with_own_files(name, &value, is_other);
        outcomes.push(set(&config, name.as_bytes(), &value));
    }
    outcomes.push(config.try_client().map(drop));
    (outcomes, log.text())
}

fuzz_target!(init: momo_fuzz::prepare(), |data: &[u8]| {
    let options = parse(data);
    let config = Config::new();
    let mut known = Vec::new();
    for (name, value) in &options {
        let outcome = set(&config, name, value);
        let (Ok(name), Ok(text)) = (std::str::from_utf8(name), std::str::from_utf8(value)) else {
            assert_eq!(outcome.expect_err("not UTF-8").status, MOMO_INVALID_ARGUMENT);
            continue;
        };
        match outcome {
            Ok(()) => {
                assert!(NAMES.contains(name), "{name:?}");
                // Certificates have lines.
                assert!(name == "ca" || !text.contains(char::is_control), "{name}={text:?}");
            }
            Err(error) => assert_eq!(error.status, MOMO_INVALID_CONFIG, "{error:?}"),
        }
        if NAMES.contains(name) {
            known.push((name, &**value));
        }
    }
    drop(config);

    let (outcomes, log) = said(&known, false);
    if let Some(Err(error)) = outcomes.last() {
        assert!([MOMO_INVALID_CONFIG, MOMO_CACHE_FAILED].contains(&error.status), "{error:?}");
    }
    assert_eq!(said(&known, true), (outcomes, log), "it does not depend on a secret");
});
