use super::*;

fn key(number: u8) -> Key {
    Key::Equals([number; SHA256_OUTPUT_LEN])
}

fn numbered(number: u16) -> Key {
    let mut digest = [0; SHA256_OUTPUT_LEN];
    digest[..2].copy_from_slice(&number.to_be_bytes());
    Key::Equals(digest)
}

fn take(registry: &Registry, key: &Key) -> (Registry, Arc<Entry>) {
    let mut registry = registry.clone();
    let entry = registry.add_client(key, &Arc::new(Entry::new(None)));
    (registry, entry)
}

fn free(registry: &Registry, key: &Key, token_end: Duration) -> Registry {
    let mut registry = registry.clone();
    registry.remove_client(key, token_end);
    registry
}

fn is_idle(registry: &Registry, key: &Key) -> bool {
    registry.idle.iter().any(|(_, idle)| idle == key)
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn equal_clients_have_one_entry_and_it_outlives_them() {
    let (registry, first) = take(&Registry::default(), &key(1));
    let (registry, second) = take(&registry, &key(1));
    assert!(Arc::ptr_eq(&first, &second));
    let (registry, other) = take(&registry, &key(2));
    assert!(!Arc::ptr_eq(&first, &other));
    let registry = free(&registry, &key(1), seconds(1));
    assert!(registry.idle.is_empty(), "a client is left");
    let registry = free(&registry, &key(1), seconds(1));
    assert_eq!(registry.idle.len(), 1);
    let (registry, again) = take(&registry, &key(1));
    assert!(Arc::ptr_eq(&first, &again));
    assert!(registry.idle.is_empty(), "it has a client again");
}

#[test]
fn of_idle_entries_those_go_first_whose_tokens_end_first_and_none_with_a_client() {
    let (mut registry, _) = take(&Registry::default(), &key(255));
    let most = u16::try_from(MAX_IDLE).unwrap();
    for number in 0..most + 2 {
        registry = take(&registry, &numbered(number)).0;
        // The last two end first.
        let end = seconds(1000 - u64::from(number));
        registry = free(&registry, &numbered(number), end);
    }
    assert_eq!(registry.idle.len(), MAX_IDLE);
    assert_eq!(registry.slots.size(), MAX_IDLE + 1);
    assert!(registry.slots.contains_key(&key(255)), "it has a client");
    assert!(registry.slots.contains_key(&numbered(0)));
    assert!(!registry.slots.contains_key(&numbered(most)));
    assert!(!registry.slots.contains_key(&numbered(most + 1)));
}

#[test]
fn idle_entries_whose_tokens_end_together_are_told_apart() {
    let mut registry = Registry::default();
    for number in 1..=3 {
        registry = take(&registry, &key(number)).0;
        registry = free(&registry, &key(number), seconds(1));
    }
    let (registry, _) = take(&registry, &key(2));
    let idle: Vec<_> = registry.idle.iter().map(|(_, key)| *key).collect();
    assert_eq!(idle, [key(1), key(3)]);
}

#[test]
fn a_private_entry_goes_with_its_client() {
    let (registry, _) = take(&Registry::default(), &Key::Private(1));
    let registry = free(&registry, &Key::Private(1), seconds(1));
    assert!(registry.slots.is_empty() && registry.idle.is_empty());
    // A child frees what it inherited, or what is gone already: nothing happens.
    assert!(free(&registry, &key(1), seconds(1)).slots.is_empty());
}

#[test]
fn whatever_threads_do_a_live_client_s_entry_is_in_the_registry() {
    std::thread::scope(|scope| {
        for thread in 0..4_u16 {
            scope.spawn(move || {
                for round in 0..2000_u16 {
                    // Far more keys than may be idle: entries are evicted all the time.
                    let key = numbered(1000 + round.wrapping_mul(7 + thread) % 600);
                    let client = ClientEntry::with_fresh(key, Entry::new(None));
                    let registry = REGISTRY.load_full().unwrap();
                    let slot = registry.slots.get(&key).unwrap();
                    assert!(Arc::ptr_eq(&slot.entry, &client.entry));
                    assert!(slot.clients > 0 && !is_idle(&registry, &key));
                }
            });
        }
    });
    let registry = REGISTRY.load_full().unwrap();
    assert!(registry.idle.len() <= MAX_IDLE);
    for (key, slot) in &registry.slots {
        assert_eq!(is_idle(&registry, key), slot.clients == 0);
    }
    let left = (0..600).filter_map(|number| registry.slots.get(&numbered(1000 + number)));
    assert!(left.map(|slot| slot.clients).all(|clients| clients == 0));
}
