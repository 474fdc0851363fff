use std::collections::HashSet;

use super::*;
use crate::test_settings::{credentials_of, settings_with};

fn key(number: u16) -> Key {
    let mut digest = [0; SHA256_OUTPUT_LEN];
    digest[..2].copy_from_slice(&number.to_be_bytes());
    Key::Equals(digest)
}

impl Registry {
    fn take(&mut self, key: &Key) -> Arc<Entry> {
        self.add_client(key, &Arc::new(Entry::new(None)))
    }

    fn free(&mut self, key: &Key) {
        self.remove_client(key, Duration::from_secs(1));
    }

    fn is_idle(&self, key: &Key) -> bool {
        self.idle.iter().any(|(_, idle)| idle == key)
    }
}

#[test]
fn equal_clients_have_one_entry_and_it_outlives_them() {
    let mut registry = Registry::default();
    let [first, second, other] = [1, 1, 2].map(|number| registry.take(&key(number)));
    assert!(Arc::ptr_eq(&first, &second));
    assert!(!Arc::ptr_eq(&first, &other));
    registry.free(&key(1));
    assert!(registry.idle.is_empty(), "a client is left");
    registry.free(&key(1));
    assert_eq!(registry.idle.len(), 1);
    assert!(Arc::ptr_eq(&first, &registry.take(&key(1))));
    assert!(registry.idle.is_empty(), "it has a client again");
}

#[test]
fn of_idle_entries_those_go_first_whose_tokens_end_first_and_none_with_a_client() {
    let mut registry = Registry::default();
    let most = u16::try_from(MAX_IDLE).unwrap();
    registry.take(&key(u16::MAX));
    for number in 0..most + 2 {
        registry.take(&key(number));
        // The last two end first.
        let end = Duration::from_secs(1000 - u64::from(number));
        registry.remove_client(&key(number), end);
    }
    assert_eq!(registry.idle.len(), MAX_IDLE);
    assert_eq!(registry.entries.size(), MAX_IDLE + 1);
    let is_there = |number| registry.entries.contains_key(&key(number));
    assert!(is_there(u16::MAX), "it has a client");
    assert!(is_there(0) && !is_there(most) && !is_there(most + 1));
}

#[test]
fn idle_entries_whose_tokens_end_together_are_told_apart() {
    let mut registry = Registry::default();
    for number in 1..=3 {
        registry.take(&key(number));
        registry.free(&key(number));
    }
    registry.take(&key(2));
    let idle: Vec<_> = registry.idle.iter().map(|(_, key)| *key).collect();
    assert_eq!(idle, [key(1), key(3)]);
}

#[test]
fn a_private_entry_goes_with_its_client() {
    let mut registry = Registry::default();
    registry.take(&Key::Private(1));
    registry.free(&Key::Private(1));
    assert!(registry.entries.is_empty() && registry.idle.is_empty());
    // A child frees what it inherited, or what is gone already: nothing happens.
    registry.free(&key(1));
    assert!(registry.entries.is_empty());
}

#[test]
fn whatever_threads_do_a_live_client_s_entry_is_in_the_registry() {
    std::thread::scope(|scope| {
        for thread in 0..4_u16 {
            scope.spawn(move || {
                for round in 0..2000_u16 {
                    // Far more keys than may be idle: entries are evicted all the time.
                    let key = key(1000 + round.wrapping_mul(7 + thread) % 600);
                    let client = ClientEntry::with_fresh(key, Entry::new(None));
                    let registry = REGISTRY.load_full().unwrap();
                    let registered = registry.entries.get(&key).unwrap();
                    assert!(Arc::ptr_eq(&registered.entry, &client.entry));
                    assert!(registered.clients > 0 && !registry.is_idle(&key));
                }
            });
        }
    });
    let registry = REGISTRY.load_full().unwrap();
    assert!(registry.idle.len() <= MAX_IDLE);
    for (key, registered) in &registry.entries {
        assert_eq!(registry.is_idle(key), registered.clients == 0);
    }
    let mut left = (0..600).filter_map(|number| registry.entries.get(&key(1000 + number)));
    assert!(left.all(|registered| registered.clients == 0));
}

/// Of clients with these options, by a key of the test's own.
fn identity_with(options: &[(&str, &str)]) -> Identity {
    let settings = settings_with(options);
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"a key");
    identity(&key, &settings, &credentials_of(&settings), "")
}

#[test]
fn no_two_proxies_have_one_identity_and_all_spellings_of_one_have() {
    let mut known = HashSet::new();
    for proxy in [
        "none",
        "http://h",
        "https://h:1080",
        "socks5h://h",
        "http://h:10",
        "http://h1:10",
        "http://[::1]",
        // Empty parts, and text that has moved to the next part.
        "http://:@h",
        "http://u@h",
        "http://:u@h",
        "http://u:p@h",
        "http://p:u@h",
        "http://up@h",
        "http://u:ph@h",
        "http://u:p%3A@h",
        "http://u:p%40h@h",
    ] {
        for secondary in ["", "h", "u"] {
            let options = [("proxy", proxy), ("secondary_subscription_key", secondary)];
            assert!(known.insert(identity_with(&options)), "{options:?}");
        }
    }
    for (one, other) in [
        ("h", "HTTP://H.:1080/path?query"),
        ("http://h", "http://@h"),
        ("http://u@h", "http://%75:@h"),
        ("socks5h://u:p@[::1]", "SOCKS5://u:p@[0:0::1]:1080"),
    ] {
        let [one, other] = [one, other].map(|proxy| identity_with(&[("proxy", proxy)]));
        assert_eq!(one, other);
    }
}
