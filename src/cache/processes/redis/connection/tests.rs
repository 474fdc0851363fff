use std::time::Duration;

use super::super::test_server::{TestServer, connect, listener, soon};
use super::*;
use crate::Phase;
use crate::Secret;

fn ping() -> Command {
    Command::new("PING", &[])
}

/// What the first command on a new connection brings, if this is the server's reply.
fn ran(reply: &str) -> Result<Reply, String> {
    let server = TestServer::start(&[&[reply]]);
    let outcome = connect(&server.url).run(&[], &ping(), &soon());
    assert_eq!(server.commands(), [["PING"]]);
    outcome
}

#[test]
fn replies_are_read_in_however_many_pieces() {
    let large = "x".repeat(9000);
    let read = ran(&format!("$9000\r\n{large}\r\n"));
    assert_eq!(read, Ok(Reply::Bulk(large.into_bytes())));
}

#[test]
fn a_connection_that_was_idle_for_fifteen_seconds_or_was_sent_unasked_bytes_is_used_no_more() {
    let server = TestServer::start(&[&[":1\r\n", ":2\r\n+unasked\r\n", ":3\r\n"]]);
    let mut connection = connect(&server.url);
    connection.idle_until = Deadline::now();
    assert!(!connection.is_open());
    connection.run(&[], &ping(), &soon()).unwrap();
    let left = connection.idle_until.left();
    assert!(left > MAX_IDLE / 4 && left <= MAX_IDLE, "{left:?}");
    assert!(connection.is_open());
    connection.run(&[], &ping(), &soon()).unwrap();
    assert!(!connection.is_open());
    connection.run(&[], &ping(), &soon()).unwrap();
    server.commands();
}

/// With user, password and database: what comes to the server until it first responds.
fn first_bytes(user: Option<&str>, password: Option<&str>, database: u16) -> String {
    let (listener, mut url) = listener();
    (url.user, url.password) = (user.map(Secret::new), password.map(Secret::new));
    url.database = database;
    let mut connection = connect(&url);
    let owed = Command::new("DEL", &[]);
    let brief = soon().within(Duration::from_millis(50));
    connection.run(&[owed], &ping(), &brief).unwrap_err();
    let mut bytes = [0; 1024];
    let count = listener.accept().unwrap().0.read(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
    let words = text.lines().filter(|line| !line.starts_with(['*', '$']));
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn user_password_and_database_go_with_the_first_command_and_cost_no_round_trip() {
    assert_eq!(first_bytes(None, Some("pass"), 0), "AUTH pass DEL PING");
    let all = first_bytes(Some("user"), Some("pass"), 3);
    assert_eq!(all, "AUTH user pass SELECT 3 DEL PING");
    assert_eq!(first_bytes(None, None, 1), "SELECT 1 DEL PING");
    assert_eq!(first_bytes(None, None, 0), "DEL PING");
}

#[test]
fn a_refusal_names_the_command_and_one_of_what_is_owed_counts_for_nothing() {
    let ran = |replies: &str| {
        let mut server = TestServer::start(&[&[replies, "", ""]]);
        server.url.database = 3;
        let ran = connect(&server.url).run(&[Command::new("DEL", &[])], &ping(), &soon());
        server.commands();
        ran
    };
    let select = ran("-ERR DB index is out of range\r\n+OK\r\n+OK\r\n").unwrap_err();
    let words = "the server refused SELECT (ERR);";
    assert!(select.starts_with(words), "{select}");
    let ping = ran("+OK\r\n:1\r\n-NOPERM no s3cret\r\n").unwrap_err();
    let words = "the server refused PING (NOPERM);";
    assert!(ping.starts_with(words), "{ping}");
    assert!(!ping.contains("s3cret"), "{ping}");
    let owed = ran("+OK\r\n-ERR no\r\n:5\r\n");
    assert_eq!(owed, Ok(Reply::Integer(5)));
}

/// It responds and closes the connection: what was sent to it may have broken the connection by then.
#[test]
fn a_server_with_too_many_clients_is_said_to_have_them() {
    for _ in 0..20 {
        let (listener, url) = listener();
        let mut connection = connect(&url);
        let (mut stream, _) = listener.accept().unwrap();
        stream
            .write_all(b"-ERR max number of clients reached\r\n")
            .unwrap();
        drop(stream);
        let told = connection.run(&[], &ping(), &soon()).unwrap_err();
        assert!(told.contains("raise maxclients"), "{told}");
    }
}

#[test]
fn a_command_has_a_quarter_of_a_second_and_what_connecting_took() {
    let (_silent, url) = listener();
    let mut connection = connect(&url);
    assert!(connection.timeout >= COMMAND_TIMEOUT && connection.timeout < MAX_TIMEOUT);
    connection.timeout = Duration::from_millis(60);
    // Not the time of the call.
    let call = soon();
    let began = Instant::now();
    let told = connection.run(&[], &ping(), &call).unwrap_err();
    assert!(told.contains("has not responded in time"), "{told}");
    assert!(began.elapsed() >= connection.timeout && !call.deadline.has_passed());
    // Nor longer than that.
    let mut connection = connect(&url);
    connection.timeout = Duration::from_secs(60);
    let call = soon().within(Duration::from_millis(20));
    connection.run(&[], &ping(), &call).unwrap_err();
    assert!(began.elapsed() < connection.timeout);
}

#[test]
fn what_is_no_reply_of_redis_is_said_to_be_none() {
    let told = ran("HTTP/1.1 400 Bad Request\r\n").unwrap_err();
    assert!(told.contains("does not respond as Redis does"), "{told}");
    // Closed before a reply, and within one.
    for reply in ["", "$5\r\nab"] {
        let told = ran(reply).unwrap_err();
        let broken = told.contains("closed the connection") || told.contains("broke");
        assert!(broken, "{told}");
    }
}

#[test]
fn what_this_library_s_own_socket_says_is_told_as_it_stands() {
    let told = |kind| {
        let own = TransportError::new(Phase::Read, kind, "what it says");
        broken(io::Error::other(own))
    };
    assert_eq!(told(Kind::ConnectionLost), "what it says");
    assert!(told(Kind::TimedOut).contains("has not responded in time"));
    let other = broken(io::Error::from(io::ErrorKind::UnexpectedEof));
    assert!(other.contains("the connection broke"), "{other}");
}

/// What is asked to tell a sentinel is refused, too: no more is to come, and nothing is waited for.
#[test]
fn a_server_that_knows_no_command_is_not_waited_for() {
    let server =
        TestServer::start(&[&["-ERR unknown command 'PING'\r\n", "-NOPERM\r\n", ":1\r\n"]]);
    let mut connection = connect(&server.url);
    connection.timeout = Duration::from_secs(60);
    let call = soon();
    let said = connection.run(&[], &ping(), &call).unwrap_err();
    assert!(said.contains("does not know this command"), "{said}");
    assert!(!call.deadline.has_passed());
}
