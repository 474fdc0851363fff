use super::test_server::{TestServer, connector, soon};
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

fn live_and_freed() -> (usize, usize) {
    let stores = STORES.load_full().unwrap();
    let live = stores.iter().filter(|s| s.strong_count() > 0).count();
    (live, stores.len() - live)
}

#[test]
fn clients_of_the_same_server_and_authorities_have_one_store_while_there_are_any() {
    let of = |database, ca: &Ca| {
        let url = RedisUrl {
            host: "cache.test".to_owned(),
            database,
            ..RedisUrl::default()
        };
        RedisStore::of(&url, ca).ok().unwrap()
    };
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

fn store(server: &TestServer) -> Arc<RedisStore> {
    Arc::new(RedisStore {
        url: server.url.clone(),
        ca: Ca::Mozilla,
        server: Server::new(connector(&server.url)),
    })
}

const REFUSED: &str = "-OOM no\r\n";
/// A cluster reckons a key's slot from what is in the first braces alone: all three are in one.
const TOKEN: &str = "libmomo:1:{name}:token";
const FAILURE: &str = "libmomo:1:{name}:failure";
const LOCKED: &str = "libmomo:1:{name}:lock";

#[test]
fn values_are_read_and_written_by_these_commands() {
    let server = TestServer::start(&[&[
        "$32\r\n21 50 -1 0 0123456789abcdeftoken\r\n",
        "+OK\r\n",
        ":1\r\n",
        "+OK\r\n",
        ":0\r\n",
    ]]);
    let store = store(&server);
    let values = store.read("name", soon()).ok().unwrap();
    assert_eq!(values.token.unwrap().sealed, b"token");
    // A reply of another kind is no value.
    let values = store.read("name", soon()).ok().unwrap();
    assert!(values.token.is_none() && values.failure.is_none());
    let token = NewToken {
        sealed: b"sealed",
        age: Duration::from_millis(7),
        left: Duration::from_millis(900),
        is_newer: &|_| false,
    };
    assert!(store.write_token("name", &token, soon()).is_ok());
    let left = Duration::from_micros(10);
    assert!(store.write_failure("name", b"sealed", left, soon()).is_ok());
    assert!(store.remove_token("name", b"sealed", soon()).is_ok());
    drop(store);
    let read = vec!["EVAL", READ, "2", TOKEN, FAILURE];
    assert_eq!(
        server.commands(),
        [
            read.clone(),
            read,
            [
                &["EVAL", WRITE_TOKEN, "2", TOKEN, FAILURE][..],
                &["sealed", "7", "900"]
            ]
            .concat(),
            vec!["SET", FAILURE, "sealed", "PX", "1"],
            vec!["EVAL", REMOVE_TOKEN, "1", TOKEN, "sealed"],
        ]
    );
}

fn lock(store: &Arc<RedisStore>, deadline: Deadline) -> Result<Option<Lock>, StoreError> {
    Arc::clone(store).lock("name", deadline)
}

#[test]
fn a_lock_is_taken_if_the_script_says_so_and_given_back_by_its_owner() {
    let server = TestServer::start(&[&[":1\r\n", ":1\r\n", ":0\r\n"]]);
    let store = store(&server);
    drop(lock(&store, soon()).ok().unwrap().unwrap());
    assert!(lock(&store, soon()).ok().unwrap().is_none());
    drop(store);
    let commands = server.commands();
    let owner = commands[0][4].as_str();
    assert_eq!(
        commands[..2],
        [
            vec!["EVAL", LOCK, "1", LOCKED, owner, "5000"],
            vec!["EVAL", UNLOCK, "1", LOCKED, owner],
        ]
    );
    assert_ne!(commands[2][4], owner);
}

#[test]
fn a_lock_is_given_back_though_the_server_failed_and_the_call_s_time_is_up() {
    let server = TestServer::start(&[&[":1\r\n", REFUSED], &[REFUSED], &[":1\r\n"]]);
    let store = store(&server);
    let brief = Deadline::after(Duration::from_secs(2));
    let lock = lock(&store, brief).ok().unwrap();
    assert!(store.remove_token("name", b"sealed", soon()).is_err());
    std::thread::sleep(brief.left());
    drop(lock.unwrap());
    drop(store);
    assert_eq!(server.commands()[3][1], UNLOCK);
}

/// It may have been taken: the reply did not come.
#[test]
fn a_lock_whose_reply_fails_and_one_that_cannot_be_given_back_are_so_with_the_next_command() {
    let server = TestServer::start(&[
        &[REFUSED],
        &[":1\r\n", ":1\r\n", REFUSED],
        &[REFUSED],
        &[":1\r\n", ":1\r\n"],
    ]);
    let store = store(&server);
    assert!(lock(&store, soon()).is_err());
    store.insist();
    let held = lock(&store, soon()).ok().unwrap();
    drop(held.unwrap());
    store.insist();
    assert!(store.remove_token("name", b"sealed", soon()).is_ok());
    drop(store);
    let commands = server.commands();
    let texts: Vec<_> = commands.iter().map(|words| words[1].as_str()).collect();
    assert_eq!(
        texts,
        [LOCK, UNLOCK, LOCK, UNLOCK, UNLOCK, UNLOCK, REMOVE_TOKEN]
    );
}
