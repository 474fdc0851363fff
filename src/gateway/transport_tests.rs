use std::io::Write;
use std::net::{TcpListener, TcpStream};

use crate::error::Status as S;
use crate::gateway::test_caller::{Caller, KEPT, error};
use crate::gateway::test_peer::{Reply, TestPeer, http, read_head, token};

#[test]
fn the_request_is_the_documented_one_and_its_connection_kept_where_that_is_wanted() {
    let replies = ["one", "two", "three"].map(|name| Reply::Kept(token(name)));
    let peer = TestPeer::start(replies);
    let mut caller = Caller::of(peer.port);
    let names = [true, false, true].map(|keep| {
        caller.keep_connection = keep;
        let issued = caller.send().ok().unwrap();
        assert_eq!(issued.key, 0);
        String::from_utf8(issued.token.access().to_vec()).unwrap()
    });
    assert_eq!(names, ["one", "two", "three"]);
    let port = peer.port;
    let requests = peer.requests();
    let version = env!("CARGO_PKG_VERSION");
    let head = |connection: &str| {
        let mut lines = vec![
            "POST /disbursement/token/ HTTP/1.1".to_owned(),
            "authorization: Basic ZjdhMGI5YzItNWQxZS00YTNiLThjNmQtMGUxZjJhM2I0YzVkOmFuLWFwaS1rZXk="
                .to_owned(),
            format!("host: 127.0.0.1:{port}"),
            "content-length: 0".to_owned(),
            "ocp-apim-subscription-key: the-primary-key".to_owned(),
            format!("user-agent: libmomo/{version}"),
        ];
        lines.extend((!connection.is_empty()).then(|| connection.to_owned()));
        lines.sort();
        lines
    };
    for (request, connection) in requests.iter().zip(["", "connection: close", ""]) {
        let mut lines: Vec<String> = request
            .trim_end()
            .split("\r\n")
            .map(str::to_owned)
            .collect();
        lines.sort();
        assert_eq!(lines, head(connection));
    }
    let stats = caller.stats.snapshot();
    assert_eq!(
        (stats.requests, stats.tokens_issued, stats.retries),
        (3, 3, 0)
    );
}

#[test]
fn a_kept_connection_that_was_closed_meanwhile_is_no_attempt() {
    for end in [Reply::Closed(String::new()), Reply::Reset] {
        let peer = TestPeer::start([Reply::Kept(token("one")), end, Reply::Kept(token("two"))]);
        let mut caller = Caller::of(peer.port);
        caller.attempts = 1;
        for name in ["one", "two"] {
            assert_eq!(caller.send().ok().unwrap().token.access(), name.as_bytes());
        }
        assert_eq!(peer.requests().len(), 3);
        assert_eq!(caller.stats.snapshot().requests, 2);
    }
    // A new connection that is closed is one.
    let peer = TestPeer::start([Reply::Closed(String::new())]);
    let mut caller = Caller::of(peer.port);
    caller.attempts = 1;
    let failure = error(caller.send());
    assert_eq!(failure.status, S::MOMO_CONNECTION_LOST);
    assert!(
        failure.message.contains("instead of responding"),
        "{}",
        failure.message
    );
}

#[test]
fn a_response_that_breaks_off_is_no_token_and_tried_no_more() {
    let whole = token("torn");
    for length in [9, 30, whole.len() - 1] {
        let peer = TestPeer::start([Reply::Closed(whole[..length].to_owned())]);
        let failure = error(Caller::of(peer.port).send());
        assert_eq!(failure.status, S::MOMO_CONNECTION_LOST, "{length}");
        assert_eq!(peer.requests().len(), 1);
    }
}

#[test]
fn a_body_has_a_largest_size() {
    const LARGEST: usize = 64 * 1024;
    for (length, status) in [
        (LARGEST, None),
        (LARGEST + 1, Some(S::MOMO_INVALID_RESPONSE)),
    ] {
        let mut body = r#"{"access_token":"abc"}"#.to_owned();
        body.extend(std::iter::repeat_n(' ', length - body.len()));
        let peer = TestPeer::start([Reply::Closed(http("200 OK", &[], &body))]);
        let outcome = Caller::of(peer.port).send();
        assert_eq!(outcome.err().map(|error| error.status), status);
    }
}

#[test]
fn a_header_has_a_largest_size() {
    for (length, status) in [(15_000, None), (17_000, Some(S::MOMO_INVALID_RESPONSE))] {
        let header = format!("X-Header: {}", "x".repeat(length));
        let response = http("200 OK", &[&header], r#"{"access_token":"abc"}"#);
        let peer = TestPeer::start([Reply::Closed(response)]);
        let outcome = Caller::of(peer.port).send();
        assert_eq!(outcome.err().map(|error| error.status), status);
    }
}

#[test]
fn a_response_may_end_with_its_connection() {
    let body = r#"{"access_token":"abc"}"#;
    let peer = TestPeer::start([Reply::Closed(format!("HTTP/1.1 200 OK\r\n\r\n{body}"))]);
    let issued = Caller::of(peer.port).send().ok().unwrap();
    assert_eq!(issued.token.access(), b"abc");
}

#[test]
fn a_response_with_two_lengths_or_a_coding_is_no_token() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n";
    let body = r#"{"access_token":"abc"}"#;
    let length = body.len();
    let chunks = format!("{length:x}\r\n{body}\r\n0\r\n\r\n");
    #[rustfmt::skip]
    let rows = [
        (chunked.to_owned(), chunks.as_str(), true),
        (format!("{chunked}Content-Length: {length}\r\n"), &chunks, false),
        (format!("{chunked}Content-Encoding: gzip\r\n"), &chunks, false),
        (format!("{chunked}Content-Encoding: Identity\r\n"), &chunks, true),
    ];
    for (head, body, taken) in rows {
        let peer = TestPeer::start([Reply::Closed(format!("{head}\r\n{body}"))]);
        match Caller::of(peer.port).send() {
            Ok(issued) => assert!(taken && issued.token.access() == b"abc", "{head}"),
            Err(error) => {
                assert!(!taken, "{head}: {}", error.message);
                assert_eq!(error.status, S::MOMO_INVALID_RESPONSE);
            }
        }
    }
}

/// As many calls at once, so that each has a connection of its own, which is kept.
fn keep_connections(caller: &Caller, listener: &TcpListener) -> Vec<TcpStream> {
    std::thread::scope(|scope| {
        let asking: [_; KEPT] = std::array::from_fn(|_| scope.spawn(|| caller.send().is_ok()));
        let mut connections: Vec<_> = (0..KEPT).map(|_| listener.accept().unwrap().0).collect();
        for connection in &mut connections {
            connection.set_read_timeout(Some(caller.time)).unwrap();
            read_head(connection).unwrap();
        }
        for connection in &mut connections {
            connection.write_all(token("a").as_bytes()).unwrap();
        }
        assert!(asking.into_iter().all(|caller| caller.join().unwrap()));
        connections
    })
}

#[test]
fn a_kept_connection_that_is_closed_when_it_is_used_is_replaced_by_a_new_one_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut caller = Caller::of(listener.local_addr().unwrap().port());
    caller.attempts = 1;
    let connections = keep_connections(&caller, &listener);
    let asked = std::thread::scope(|scope| {
        // Closed once there is a request, whichever of them it comes by.
        let kept: Vec<_> = connections
            .into_iter()
            .map(|mut connection| scope.spawn(move || read_head(&mut connection).is_some()))
            .collect();
        let asking = scope.spawn(|| error(caller.send()));
        read_head(&mut listener.accept().unwrap().0).unwrap();
        let failure = asking.join().unwrap();
        assert_eq!(failure.status, S::MOMO_CONNECTION_LOST);
        let asked = kept.into_iter().map(|asked| asked.join().unwrap());
        asked.filter(|asked| *asked).count()
    });
    assert_eq!(asked, 1);
    assert_eq!(caller.stats.snapshot().requests, KEPT as i64 + 1);
}

#[test]
fn kept_connections_that_were_closed_meanwhile_are_not_used() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut caller = Caller::of(listener.local_addr().unwrap().port());
    caller.attempts = 1;
    drop(keep_connections(&caller, &listener));
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| caller.send().is_ok());
        let mut connection = listener.accept().unwrap().0;
        read_head(&mut connection).unwrap();
        connection.write_all(token("b").as_bytes()).unwrap();
        assert!(asking.join().unwrap());
    });
}

#[test]
fn the_longest_values_of_options_fit_into_a_request() {
    let peer = TestPeer::start([Reply::Closed(token("a"))]);
    let longest = "x".repeat(1_024);
    let start = format!("http://127.0.0.1:{}/", peer.port);
    let base_url = format!("{start}{}", "p".repeat(2_048 - start.len()));
    let caller = Caller::with(&[
        ("base_url", &base_url),
        ("api_user", &longest),
        ("api_key", &longest),
        ("subscription_key", &longest),
        ("user_agent", &longest),
    ]);
    assert!(caller.send().is_ok());
    let request = peer.requests().remove(0);
    assert!(request.contains(&format!("user-agent: {longest} libmomo/")));
}
