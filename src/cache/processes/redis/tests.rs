use super::test_server::{TestServer, soon};
use super::*;
use crate::config::Ca;

#[test]
fn two_values_are_told_from_one_another_and_from_none() {
    const LONGER: &[u8] = b"5 9223372036854775807 abc";
    let (token, failure) = (Some((&b"token"[..], 50)), Some((&b"f  f"[..], 7)));
    for (text, expected) in [
        (&b"50 5 token7 4 f  f"[..], [token, failure]),
        (b"50 5 token-2 0 ", [token, None]),
        (b"-2 0 7 4 f  f", [None, failure]),
        (b"-2 0 -2 0 ", [None, None]),
        // Without an end.
        (b"-1 5 token7 4 f  f", [None, failure]),
        // What the script does not give.
        (b"", [None, None]),
        (b" ", [None, None]),
        (b"1 2", [None, None]),
        (b"a 2 bb", [None, None]),
        (b"1 \xff bb", [None, None]),
        (b"1 -1 bb", [None, None]),
        (LONGER, [None, None]),
    ] {
        let mut rest = text;
        let found = [(); 2].map(|()| take_value(&mut rest));
        let found = found.each_ref().map(|found| {
            let found = found.as_ref()?;
            Some((&found.sealed[..], found.left?.as_millis()))
        });
        assert_eq!(found, expected, "{}", text.escape_ascii());
    }
}

fn store(server: &TestServer) -> Arc<Server> {
    Server::of(&server.url, &Ca::Mozilla).ok().unwrap()
}

const REFUSED: &str = "-OOM no\r\n";
/// A cluster reckons a key's slot from what is in the first braces alone: all three are in one.
const KEYS: [&str; 4] = [
    "3",
    "libmomo:1:{name}:token",
    "libmomo:1:{name}:failure",
    "libmomo:1:{name}:lock",
];

/// The script of a command, and its arguments.
fn script_of(command: &[String]) -> (&str, Vec<&str>) {
    let words: Vec<_> = command.iter().map(String::as_str).collect();
    assert_eq!((words[0], &words[2..6]), ("EVAL", &KEYS[..]));
    (words[1], words[6..].to_vec())
}

#[test]
fn values_are_read_and_written_by_these_commands() {
    let server = TestServer::start(&[&[
        "$15\r\n50 5 token-2 0 \r\n",
        "+OK\r\n",
        ":1\r\n",
        "+OK\r\n",
        ":0\r\n",
    ]]);
    let store = store(&server);
    let values = store.read("name", &soon()).ok().unwrap();
    assert_eq!(values.token.unwrap().sealed, b"token");
    // A reply of another kind is no value.
    let values = store.read("name", &soon()).ok().unwrap();
    assert!(values.token.is_none() && values.failure.is_none());
    let [since_issue, left] = [7, 900].map(Duration::from_millis);
    let age = Age { since_issue, left };
    let written = store.write_token("name", b"sealed", age, &soon());
    assert!(written.is_ok());
    let left = Duration::from_micros(10);
    let written = store.write_failure("name", b"sealed", left, &soon());
    assert!(written.is_ok());
    assert!(store.remove_token("name", b"sealed", &soon()).is_ok());
    drop(store);
    let commands = server.commands();
    let commands: Vec<_> = commands.iter().map(|words| script_of(words)).collect();
    let expected = [
        (READ, vec![]),
        (READ, vec![]),
        (WRITE_TOKEN, vec!["sealed", "7", "900"]),
        (WRITE_FAILURE, vec!["sealed", "1"]),
        (REMOVE_TOKEN, vec!["sealed"]),
    ];
    assert_eq!(commands, expected);
}

fn lock(store: &Arc<Server>, limits: &Limits) -> Result<Option<Lock>> {
    Arc::clone(store).lock("name", limits)
}

#[test]
fn a_lock_is_taken_if_the_script_says_so_and_given_back_by_its_owner() {
    let server = TestServer::start(&[&[":1\r\n", ":1\r\n", ":0\r\n"]]);
    let store = store(&server);
    drop(lock(&store, &soon()).ok().unwrap().unwrap());
    assert!(lock(&store, &soon()).ok().unwrap().is_none());
    drop(store);
    let commands = server.commands();
    let [taken, given_back, other] = [0, 1, 2].map(|at| script_of(&commands[at]));
    let owner = taken.1[0];
    assert_eq!(taken, (LOCK, vec![owner, "5000"]));
    assert_eq!(given_back, (UNLOCK, vec![owner]));
    assert_ne!(other.1[0], owner);
}

#[test]
fn a_lock_is_given_back_though_the_server_failed_and_the_call_s_time_is_up() {
    let server = TestServer::start(&[&[":1\r\n", REFUSED], &[REFUSED], &[":1\r\n"]]);
    let store = store(&server);
    let brief = soon().within(Duration::from_secs(2));
    let lock = lock(&store, &brief).ok().unwrap();
    assert!(store.remove_token("name", b"sealed", &soon()).is_err());
    std::thread::sleep(brief.deadline.left());
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
    assert!(lock(&store, &soon()).is_err());
    store.insist();
    let held = lock(&store, &soon()).ok().unwrap();
    drop(held.unwrap());
    store.insist();
    assert!(store.remove_token("name", b"sealed", &soon()).is_ok());
    drop(store);
    let commands = server.commands();
    let texts: Vec<_> = commands.iter().map(|words| words[1].as_str()).collect();
    let expected = [LOCK, UNLOCK, LOCK, UNLOCK, UNLOCK, UNLOCK, REMOVE_TOKEN];
    assert_eq!(texts, expected);
}
