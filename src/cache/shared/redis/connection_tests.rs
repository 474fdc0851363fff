use std::time::Duration;

use super::super::test_server::{TestServer, soon};
use super::*;
use crate::net::transport_error::Phase;

fn ping() -> Cmd {
    cmd("PING")
}

/// What the first command on a new connection brings, where this is the server's reply.
fn ran(connections: &'static [&'static [&'static str]]) -> Result<Value, String> {
    let server = TestServer::start(connections);
    let connector = server.connector();
    let outcome = connector.connect(soon()).unwrap().run(&ping(), soon());
    assert_eq!(server.commands(), [["PING"]]);
    outcome
}

#[test]
fn replies_of_every_kind_that_is_asked_for_are_read() {
    assert_eq!(
        ran(&[&["+PONG\r\n"]]),
        Ok(Value::SimpleString("PONG".to_owned()))
    );
    assert_eq!(ran(&[&[":7\r\n"]]), Ok(Value::Int(7)));
    assert_eq!(
        ran(&[&["$3\r\na\nb\r\n"]]),
        Ok(Value::BulkString(b"a\nb".to_vec()))
    );
    assert_eq!(ran(&[&["$-1\r\n"]]), Ok(Value::Nil));
}

#[test]
fn a_connection_serves_one_command_after_the_other() {
    let server = TestServer::start(&[&[":1\r\n", ":2\r\n"]]);
    let connector = server.connector();
    let mut connection = connector.connect(soon()).unwrap();
    assert_eq!(connection.run(&ping(), soon()), Ok(Value::Int(1)));
    assert!(connection.is_open());
    assert_eq!(connection.run(&ping(), soon()), Ok(Value::Int(2)));
    server.commands();
    // The server closes it after its last reply.
    while connection.is_open() {
        std::thread::yield_now();
    }
}

#[test]
fn user_password_and_database_come_first_where_there_are_any() {
    let greeted = |user: Option<&str>, password: Option<&str>, database| {
        let server = TestServer::start(&[&["+OK\r\n", "+OK\r\n", "+PONG\r\n"]]);
        let mut url = server.url.clone();
        (url.user, url.password) = (user.map(Secret::new), password.map(Secret::new));
        url.database = database;
        let connector = Connector::new(&url, &Ca::Mozilla).unwrap();
        let mut connection = connector.connect(soon()).unwrap();
        let greeting = connector.greeting().len();
        for _ in greeting..3 {
            connection.run(&ping(), soon()).unwrap();
        }
        let commands = server.commands();
        let words = commands[..greeting].iter().map(|words| words.join(" "));
        words.collect::<Vec<_>>()
    };
    assert_eq!(greeted(None, Some("pass"), 0), ["AUTH pass"]);
    assert_eq!(
        greeted(Some("user"), Some("pass"), 3),
        ["AUTH user pass", "SELECT 3"]
    );
    assert_eq!(greeted(None, None, 1), ["SELECT 1"]);
    assert!(greeted(None, None, 0).is_empty());
}

#[test]
fn what_the_server_refuses_is_told_with_what_to_do() {
    let told = |connections| ran(connections).unwrap_err();
    for (refusal, code, advice) in [
        (
            told(&[&["-NOAUTH a s3cret\r\n"]]),
            "(NOAUTH)",
            "check user, password and database",
        ),
        (
            told(&[&["-WRONGPASS a s3cret\r\n"]]),
            "(WRONGPASS)",
            "check user, password",
        ),
        (
            told(&[&["-ERR a s3cret\r\n"]]),
            "(ERR)",
            "check user, password and database",
        ),
        (
            told(&[&["-NOPERM a s3cret\r\n"]]),
            "(NOPERM)",
            "allow this user the commands",
        ),
        (
            told(&[&["-READONLY a s3cret\r\n"]]),
            "(READONLY)",
            "it is a replica",
        ),
        (
            told(&[&["-MOVED 1 s3cret:1\r\n"]]),
            "(MOVED)",
            "part of a cluster",
        ),
        (
            told(&[&["-ASK 1 s3cret:1\r\n"]]),
            "(ASK)",
            "part of a cluster",
        ),
        (told(&[&["-OOM a s3cret\r\n"]]), "(OOM)", "no memory left"),
        (
            told(&[&["-OTHER a s3cret\r\n"]]),
            "(OTHER)",
            "see the server's log",
        ),
    ] {
        assert!(
            refusal.contains(code) && refusal.contains(advice),
            "{refusal}"
        );
        assert!(!refusal.contains("s3cret"), "{refusal}");
    }
}

#[test]
fn what_is_no_reply_of_redis_is_said_to_be_none() {
    for told in [
        ran(&[&["HTTP/1.1 400 Bad Request\r\n"]]),
        ran(&[&["*1\r\n:1\r\n"]]),
        ran(&[&[":1x\r\n"]]),
    ] {
        let told = told.unwrap_err();
        assert!(told.contains("does not respond as Redis does"), "{told}");
    }
    // Closed before a reply, and within one.
    for told in [ran(&[&[""]]), ran(&[&["$5\r\nab"]])] {
        let told = told.unwrap_err();
        let broken = told.contains("closed the connection") || told.contains("broke");
        assert!(broken, "{told}");
    }
}

/// A value as large as it may be, and one as no server of ours has.
#[test]
fn a_reply_has_a_largest_size() {
    let reply = |length: usize| format!("${length}\r\n{}\r\n", "x".repeat(length));
    let read = |length: usize| {
        let text: &'static str = reply(length).leak();
        let list: &'static [&'static [&'static str]] = vec![&*vec![text].leak()].leak();
        ran(list)
    };
    let largest = 2 * LARGEST_VALUE + 64;
    assert_eq!(read(largest), Ok(Value::BulkString(vec![b'x'; largest])));
    assert!(read(LARGEST_REPLY).is_err());
}

#[test]
fn a_server_that_does_not_respond_in_time_is_said_to_be_late() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut url = TestServer::start(&[]).url;
    url.port = listener.local_addr().unwrap().port();
    let connector = Connector::new(&url, &Ca::Mozilla).unwrap();
    let mut connection = connector.connect(soon()).unwrap();
    let told = connection.run(&ping(), Deadline::after(Duration::from_millis(50)));
    let told = told.unwrap_err();
    assert!(told.contains("has not responded in time"), "{told}");
}

#[test]
fn what_this_library_s_own_socket_says_is_told_as_it_stands() {
    let told = |kind| {
        let own = TransportError::new(Phase::Read, kind, "what it says");
        broken(&io::Error::other(own))
    };
    assert_eq!(told(Kind::ConnectionLost), "what it says");
    assert!(told(Kind::TimedOut).contains("has not responded in time"));
    let other = broken(&io::Error::from(io::ErrorKind::UnexpectedEof));
    assert!(other.contains("the connection broke"), "{other}");
}
