use std::time::Duration;

use super::super::test_server::{TestServer, soon};
use super::*;
use crate::net::transport_error::Phase;
use crate::secret::Secret;

fn ping() -> Command {
    Command::new("PING")
}

/// What the first command on a new connection brings, if this is the server's reply.
fn ran(connections: &'static [&'static [&'static str]]) -> Result<Reply, String> {
    let server = TestServer::start(connections);
    let connector = server.connector();
    let outcome = connector.connect(soon()).unwrap().run(&[], &ping(), soon());
    assert_eq!(server.commands(), [["PING"]]);
    outcome
}

#[test]
fn replies_are_read_in_however_many_pieces() {
    assert_eq!(ran(&[&["+PONG\r\n"]]), Ok(Reply::Status("PONG".to_owned())));
    assert_eq!(ran(&[&[":7\r\n"]]), Ok(Reply::Integer(7)));
    assert_eq!(ran(&[&["$-1\r\n"]]), Ok(Reply::Null));
    let large = format!("$9000\r\n{}\r\n", "x".repeat(9000)).leak();
    let list: &'static [&'static [&'static str]] = vec![&*vec![&*large].leak()].leak();
    assert_eq!(ran(list), Ok(Reply::Bulk(vec![b'x'; 9000])));
}

#[test]
fn a_connection_serves_one_command_after_the_other() {
    let server = TestServer::start(&[&[":1\r\n", ":2\r\n"]]);
    let connector = server.connector();
    let mut connection = connector.connect(soon()).unwrap();
    assert_eq!(connection.run(&[], &ping(), soon()), Ok(Reply::Integer(1)));
    assert!(connection.is_open());
    assert_eq!(connection.run(&[], &ping(), soon()), Ok(Reply::Integer(2)));
    server.commands();
    // The server closes it after its last reply.
    while connection.is_open() {
        std::thread::yield_now();
    }
    assert!(!connection.idle_until.has_passed());
}

#[test]
fn a_connection_that_was_idle_for_fifteen_seconds_or_was_sent_unasked_bytes_is_used_no_more() {
    let server = TestServer::start(&[&[":1\r\n", ":2\r\n+unasked\r\n", ":3\r\n"]]);
    let mut connection = server.connector().connect(soon()).unwrap();
    connection.idle_until = Deadline::now();
    assert!(!connection.is_open());
    connection.run(&[], &ping(), soon()).unwrap();
    let left = connection.idle_until.left();
    assert!(left > MAX_IDLE / 4 && left <= MAX_IDLE, "{left:?}");
    assert!(connection.is_open());
    connection.run(&[], &ping(), soon()).unwrap();
    assert!(!connection.is_open());
    connection.run(&[], &ping(), soon()).unwrap();
    server.commands();
}

/// With user, password and database: what comes to the server until it first responds.
fn first_bytes(user: Option<&str>, password: Option<&str>, database: u32) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut url = TestServer::start(&[]).url;
    url.port = listener.local_addr().unwrap().port();
    (url.user, url.password) = (user.map(Secret::new), password.map(Secret::new));
    url.database = database;
    let mut connection = Connector::new(&url, &Ca::Mozilla).unwrap().connect(soon());
    let owed = Command::new("DEL");
    let connection = connection.as_mut().unwrap();
    let brief = Deadline::after(Duration::from_millis(50));
    connection.run(&[owed], &ping(), brief).unwrap_err();
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
    let ran = |replies: &'static str| {
        let server = TestServer::start(vec![&*vec![replies, "", ""].leak()].leak());
        let mut url = server.url.clone();
        url.database = 3;
        let mut connection = Connector::new(&url, &Ca::Mozilla)
            .unwrap()
            .connect(soon())
            .unwrap();
        let ran = connection.run(&[Command::new("DEL")], &ping(), soon());
        server.commands();
        ran
    };
    let select = ran("-ERR DB index is out of range\r\n+OK\r\n+OK\r\n").unwrap_err();
    assert!(
        select.starts_with("the server refused SELECT (ERR);"),
        "{select}"
    );
    let ping = ran("+OK\r\n:1\r\n-NOPERM no s3cret\r\n").unwrap_err();
    assert!(
        ping.starts_with("the server refused PING (NOPERM);"),
        "{ping}"
    );
    assert!(!ping.contains("s3cret"), "{ping}");
    let owed = ran("+OK\r\n-ERR no\r\n:5\r\n");
    assert_eq!(owed, Ok(Reply::Integer(5)));
}

/// It responds and closes the connection: what was sent to it may have broken the connection by then.
#[test]
fn a_server_with_too_many_clients_is_said_to_have_them() {
    for _ in 0..20 {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut url = TestServer::start(&[]).url;
        url.port = listener.local_addr().unwrap().port();
        let connector = Connector::new(&url, &Ca::Mozilla).unwrap();
        let mut connection = connector.connect(soon()).unwrap();
        let (mut stream, _) = listener.accept().unwrap();
        stream
            .write_all(b"-ERR max number of clients reached\r\n")
            .unwrap();
        drop(stream);
        let told = connection.run(&[], &ping(), soon()).unwrap_err();
        assert!(told.contains("raise maxclients"), "{told}");
    }
}

#[test]
fn a_command_has_a_quarter_of_a_second_and_what_connecting_took() {
    let server = TestServer::start(&[&[]]);
    let connection = server.connector().connect(soon()).unwrap();
    assert!(connection.timeout >= COMMAND_TIMEOUT && connection.timeout < MAX_TIMEOUT);
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut url = server.url.clone();
    url.port = silent.local_addr().unwrap().port();
    let connector = Connector::new(&url, &Ca::Mozilla).unwrap();
    let mut connection = connector.connect(soon()).unwrap();
    connection.timeout = Duration::from_millis(60);
    // Not the time of the call.
    let call = soon();
    let began = Instant::now();
    connection.run(&[], &ping(), call).unwrap_err();
    assert!(began.elapsed() >= connection.timeout && !call.has_passed());
    server.commands();
}

#[test]
fn what_is_no_reply_of_redis_is_said_to_be_none() {
    #[rustfmt::skip]
    let replies: &[&[&[&str]]] = &[
        &[&["HTTP/1.1 400 Bad Request\r\n"]], &[&["*1\r\n:1\r\n"]], &[&["*99999999\r\n"]],
        &[&[":1x\r\n"]], &[&["$99999999999\r\n"]], &[&["%-1\r\n"]], &[&["|1\r\n+a\r\n+b\r\n"]],
        &[&["\0\u{ff}\u{fe}\r\n"]],
    ];
    for reply in replies {
        let told = ran(reply).unwrap_err();
        assert!(told.contains("does not respond as Redis does"), "{told}");
    }
    // Closed before a reply, and within one.
    for told in [ran(&[&[""]]), ran(&[&["$5\r\nab"]])] {
        let told = told.unwrap_err();
        let broken = told.contains("closed the connection") || told.contains("broke");
        assert!(broken, "{told}");
    }
}

/// One as large as it may be, and a larger one.
#[test]
fn a_reply_has_a_largest_size() {
    let reply = |length: usize| format!("${length}\r\n{}\r\n", "x".repeat(length));
    let read = |length: usize| {
        let text: &'static str = reply(length).leak();
        let list: &'static [&'static [&'static str]] = vec![&*vec![text].leak()].leak();
        ran(list)
    };
    let largest = resp::MAX_BULK_BYTES;
    assert_eq!(read(largest), Ok(Reply::Bulk(vec![b'x'; largest])));
    assert!(read(largest + 1).is_err());
}

#[test]
fn a_server_that_does_not_respond_in_time_is_said_to_be_late() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut url = TestServer::start(&[]).url;
    url.port = listener.local_addr().unwrap().port();
    let connector = Connector::new(&url, &Ca::Mozilla).unwrap();
    let mut connection = connector.connect(soon()).unwrap();
    let told = connection.run(&[], &ping(), Deadline::after(Duration::from_millis(50)));
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

/// What is asked to tell a sentinel is refused, too: no more is to come, and nothing is waited for.
#[test]
fn a_server_that_knows_no_command_is_not_waited_for() {
    let server =
        TestServer::start(&[&["-ERR unknown command 'PING'\r\n", "-NOPERM\r\n", ":1\r\n"]]);
    let mut connection = server.connector().connect(soon()).unwrap();
    connection.timeout = Duration::from_secs(60);
    let call = soon();
    let said = connection.run(&[], &ping(), call).unwrap_err();
    assert!(said.contains("does not know this command"), "{said}");
    assert!(!call.has_passed());
}
