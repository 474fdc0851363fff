//! Credentials in files that are replaced under a running program.

mod entries;

use std::path::Path;
use std::time::{Duration, Instant};

use crate::child::{Scratch, again, case};
use crate::common::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use momo_mock_gateway::Credentials;

/// Longer than files have to be still before they are used.
const SETTLED: Duration = ms(1100);

/// Pair number `n`: what the gateway takes, and what the files are to hold.
fn numbered(n: u64) -> Credentials {
    Credentials {
        api_user: format!("00000000-0000-4000-8000-{n:012}"),
        api_key: format!("key-{n:028}"),
        subscription_keys: vec![format!("subscription-{n}")],
    }
}

const FILES: [&str; 3] = ["api_user", "api_key", "subscription_key"];

fn texts(credentials: &Credentials) -> [&str; 3] {
    let Credentials {
        api_user,
        api_key,
        subscription_keys,
    } = credentials;
    [api_user, api_key, &subscription_keys[0]]
}

fn write(folder: &Path, credentials: &Credentials) {
    for (name, text) in FILES.iter().zip(texts(credentials)) {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

fn config(gateway: &Gateway, folder: &Path) -> Config {
    let ca = gateway.ca_path().to_str().unwrap();
    let config = Config::without_credentials(&gateway.base_url(), ca);
    for name in FILES {
        let path = folder.join(name);
        config.set(&format!("{name}_file"), path.to_str().unwrap());
    }
    config
}

/// Pair `n` takes the former one's place, and is as old as it has to be to be used.
fn rotate(gateway: &Gateway, scratch: &Scratch, n: u64) {
    gateway.set_credentials(numbered(n));
    write(&scratch.path(""), &numbered(n));
    std::thread::sleep(SETTLED);
}

/// The pairs that reached the gateway, in order.
fn pairs(gateway: &Gateway) -> Vec<String> {
    let requests = gateway.requests();
    let sent = requests.iter().map(|r| {
        let basic = r.header("authorization").unwrap();
        let pair = STANDARD.decode(basic.strip_prefix("Basic ").unwrap());
        String::from_utf8(pair.unwrap()).unwrap()
    });
    sent.collect()
}

fn pair(credentials: &Credentials) -> String {
    format!("{}:{}", credentials.api_user, credentials.api_key)
}

/// A gateway, and files, with pair 1.
fn first() -> (Gateway, Scratch, Config) {
    let (gateway, scratch) = (Gateway::start().unwrap(), Scratch::new());
    gateway.set_credentials(numbered(1));
    write(&scratch.path(""), &numbered(1));
    let config = config(&gateway, &scratch.path(""));
    (gateway, scratch, config)
}

#[test]
fn a_token_at_hand_stays_in_use_and_the_next_request_sends_what_the_files_hold() {
    let (gateway, scratch, config) = first();
    let log = config.log();
    let client = config.client();
    let token = client.get().unwrap();
    rotate(&gateway, &scratch, 2);
    assert_eq!(client.token(), token.access_token);
    assert_eq!(gateway.request_count(), 1);
    client.create().unwrap();
    assert_eq!(pairs(&gateway), [pair(&numbered(1)), pair(&numbered(2))]);
    let requests = gateway.requests();
    let key = requests[1].header("ocp-apim-subscription-key");
    assert_eq!(key, Some("subscription-2"));
    assert!(log.text().contains("from now on: api_user (36 characters"));
    for secret in texts(&numbered(2)) {
        assert!(!log.text().contains(secret), "{}", log.text());
    }
}

#[test]
fn what_was_refused_is_read_again_and_a_change_that_is_under_way_waited_for() {
    let (gateway, scratch, config) = first();
    let client = config.client();
    client.get().unwrap();
    gateway.set_credentials(numbered(2));
    write(&scratch.path(""), &numbered(2));
    // The files have just changed: the former pair is sent, and refused. A slow machine may find that
    // they have settled.
    client.create().unwrap();
    let [one, two] = [1, 2].map(|n| pair(&numbered(n)));
    let mut sent = pairs(&gateway);
    sent.dedup();
    assert_eq!(sent, [one, two]);
}

#[test]
fn a_message_tells_of_what_is_sent_now_and_hides_it() {
    let (gateway, scratch, config) = first();
    config.set("base_url", &(gateway.base_url() + "/echo-401"));
    let client = config.client();
    client.get().unwrap_err();
    let longer = Credentials {
        api_key: "another-key-of-another-length".to_owned(),
        ..numbered(2)
    };
    write(&scratch.path(""), &longer);
    std::thread::sleep(SETTLED);
    let all = format!("{:?}", client.create().unwrap_err());
    for secret in texts(&longer) {
        assert!(!all.contains(secret), "{all}");
    }
    assert!(all.contains("[redacted]"), "{all}");
}

/// A pipe can be read once, and waits for whoever writes it.
#[test]
fn a_pipe_is_read_when_the_client_is_made_and_holds_no_later_call_up() {
    let (gateway, scratch, config) = first();
    let pipe = scratch.path("pipe");
    crate::child::run(&["mkfifo", pipe.to_str().unwrap()]);
    config.set("api_key_file", pipe.to_str().unwrap());
    let log = config.log();
    let client = std::thread::scope(|scope| {
        scope.spawn(|| std::fs::write(&pipe, numbered(1).api_key).unwrap());
        config.client()
    });
    client.create().unwrap();
    assert!(!log.text().contains("are not used"), "{}", log.text());
    gateway.set_credentials(Credentials {
        api_key: numbered(2).api_key,
        ..numbered(1)
    });
    let start = Instant::now();
    assert_eq!(client.create().unwrap_err().status, MOMO_UNAUTHORIZED);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    // The others are followed as before.
    let next = Credentials {
        subscription_keys: numbered(2).subscription_keys,
        ..numbered(1)
    };
    write(&scratch.path(""), &next);
    gateway.set_credentials(next);
    std::thread::sleep(SETTLED);
    client.create().unwrap();
    assert!(!log.text().contains("are not used"), "{}", log.text());
}

/// In a process of its own, since it changes the process's directory.
#[test]
fn a_relative_path_stays_what_it_was_when_the_client_was_made() {
    if case().is_none() {
        return again(|| (), "alone").passes();
    }
    let (gateway, scratch, _) = first();
    std::env::set_current_dir(scratch.path("")).unwrap();
    let config = config(&gateway, Path::new(""));
    let client = config.client();
    std::env::set_current_dir("/").unwrap();
    rotate(&gateway, &scratch, 2);
    client.create().unwrap();
    assert_eq!(gateway.request_count(), 1);
}
