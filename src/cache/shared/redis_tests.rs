use super::*;

type Parts = Option<(Vec<u8>, u128)>;

fn read(text: &[u8]) -> Option<[Parts; 2]> {
    let found = values(text)?;
    let parts = |value: Value| (value.sealed, value.left.unwrap().as_millis());
    Some([found.token.map(parts), found.failure.map(parts)])
}

#[test]
fn two_values_are_told_from_one_another_and_from_none() {
    let token = (b"token".to_vec(), 50);
    let failure = (b"f  f".to_vec(), 7);
    let stored = b"0123456789abcdeftoken";
    let text = |head: &[u8], tail: &[u8]| [head, stored, tail].concat();
    let both = text(b"21 50 4 7 ", b"f  f");
    assert_eq!(
        read(&both),
        Some([Some(token.clone()), Some(failure.clone())])
    );
    assert_eq!(read(&text(b"21 50 -1 0 ", b"")), Some([Some(token), None]));
    assert_eq!(read(b"-1 0 4 7 f  f"), Some([None, Some(failure)]));
    assert_eq!(read(b"-1 0 -1 0 "), Some([None, None]));
    // Without an end, or too short for the time before it.
    assert_eq!(read(&text(b"21 -1 -1 0 ", b"")), Some([None, None]));
    assert_eq!(read(b"3 50 -1 0 abc"), Some([None, None]));
}

#[test]
fn what_the_script_does_not_give_is_nothing() {
    for text in [
        &b""[..],
        b" ",
        b"1 2 3 ",
        b"1 2 3 4",
        b"a 2 3 4 ",
        b"1 2 3 \xff ",
    ] {
        assert_eq!(read(text), None);
    }
    let longer = b"9223372036854775807 5 9223372036854775807 5 abc";
    assert_eq!(read(longer), Some([None, None]));
}

fn url(database: u32) -> RedisUrl {
    RedisUrl {
        tls: false,
        host: "cache.test".to_owned(),
        port: 6379,
        database,
        user: None,
        password: None,
    }
}

fn live_and_freed() -> (usize, usize) {
    let stores = STORES.load_full().unwrap();
    let live = stores.iter().filter(|s| s.strong_count() > 0).count();
    (live, stores.len() - live)
}

#[test]
fn clients_of_the_same_server_and_authorities_have_one_store_while_there_are_any() {
    let of = |database, ca: &Ca| RedisStore::of(&url(database), ca).ok().unwrap();
    let first = of(0, &Ca::Mozilla);
    let others = [of(1, &Ca::Mozilla), of(0, &Ca::System)];
    assert!(others.iter().all(|other| !Arc::ptr_eq(&first, other)));
    assert!(!Arc::ptr_eq(&others[0], &others[1]));
    assert!(Arc::ptr_eq(&first, &of(0, &Ca::Mozilla)));
    assert_eq!(live_and_freed(), (3, 0));
    drop(others);
    // What was freed goes when the next one is made.
    let _next = of(2, &Ca::Mozilla);
    assert_eq!(live_and_freed(), (2, 0));
    assert!(Arc::ptr_eq(&first, &of(0, &Ca::Mozilla)));
}
