use std::io::Write;
use std::net::{TcpListener, TcpStream};

use crate::error::Status as S;
use crate::gateway::test_caller::{Caller, KEPT, access, error};
use crate::gateway::test_peer::{Reply, TestPeer, http, read_head, token};

#[test]
fn the_request_is_the_documented_one_and_its_connection_kept_where_that_is_wanted() {
    let replies = ["one", "two", "three"].map(|name| Reply::Kept(token(name)));
    let mut caller = Caller::of(replies);
    let names = [true, false, true].map(|keep| {
        caller.keep_connection = keep;
        let issued = caller.send();
        assert!(issued.as_ref().is_ok_and(|issued| issued.key == 0));
        access(issued)
    });
    assert_eq!(names, ["one", "two", "three"]);
    let host = format!("host: 127.0.0.1:{}", caller.settings.base_url.port);
    for (request, keep) in caller.requests().iter().zip([true, false, true]) {
        let mut lines: Vec<_> = request.trim_end().split("\r\n").collect();
        lines.sort();
        let expected = [
            "POST /disbursement/token/ HTTP/1.1",
            "authorization: Basic ZjdhMGI5YzItNWQxZS00YTNiLThjNmQtMGUxZjJhM2I0YzVkOmFuLWFwaS1rZXk=",
            "connection: close",
            "content-length: 0",
            &host,
            "ocp-apim-subscription-key: the-primary-key",
            concat!("user-agent: libmomo/", env!("CARGO_PKG_VERSION")),
        ];
        let is_sent = |line: &&str| !(keep && *line == "connection: close");
        let expected: Vec<_> = expected.into_iter().filter(is_sent).collect();
        assert_eq!(lines, expected);
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
        let replies = [Reply::Kept(token("one")), end, Reply::Kept(token("two"))];
        let mut caller = Caller::of(replies).once();
        for name in ["one", "two"] {
            assert_eq!(access(caller.send()), name);
        }
        assert_eq!(caller.requests().len(), 3);
        assert_eq!(caller.stats.snapshot().requests, 2);
    }
    // A new connection that is closed is one.
    let caller = Caller::of([Reply::Closed(String::new())]).once();
    let failure = error(caller.send());
    assert_eq!(failure.status, S::MOMO_CONNECTION_LOST);
    let message = failure.message;
    assert!(message.contains("instead of responding"), "{message}");
}

#[test]
fn a_response_that_breaks_off_is_no_token_and_tried_no_more() {
    let whole = token("torn");
    for length in [9, 30, whole.len() - 1] {
        let mut caller = Caller::of([Reply::Closed(whole[..length].to_owned())]);
        let failure = error(caller.send());
        assert_eq!(failure.status, S::MOMO_CONNECTION_LOST, "{length}");
        assert_eq!(caller.requests().len(), 1);
    }
}

const TOKEN: &str = r#"{"access_token":"abc"}"#;

#[test]
fn a_body_and_a_header_have_a_largest_size() {
    const LARGEST: usize = 64 * 1024;
    let body = |length: usize| {
        let spaces = " ".repeat(length - TOKEN.len());
        http("200 OK", &[], &format!("{TOKEN}{spaces}"))
    };
    let header = |length: usize| http("200 OK", &[&format!("X: {}", "x".repeat(length))], TOKEN);
    for (response, is_taken) in [
        (body(LARGEST), true),
        (body(LARGEST + 1), false),
        (header(15_000), true),
        (header(17_000), false),
    ] {
        let outcome = Caller::of([Reply::Closed(response)]).send();
        let refused = outcome.err().map(|error| error.status);
        assert_eq!(refused, (!is_taken).then_some(S::MOMO_INVALID_RESPONSE));
    }
}

#[test]
fn a_response_may_end_with_its_connection_and_with_two_lengths_or_a_coding_is_no_token() {
    let chunked = "Transfer-Encoding: chunked\r\n";
    let length = TOKEN.len();
    let chunks = format!("{length:x}\r\n{TOKEN}\r\n0\r\n\r\n");
    #[rustfmt::skip]
    let rows = [
        (String::new(), TOKEN, true),
        (chunked.to_owned(), &chunks, true),
        (format!("{chunked}Content-Length: {length}\r\n"), &chunks, false),
        (format!("{chunked}Content-Encoding: gzip\r\n"), &chunks, false),
        (format!("{chunked}Content-Encoding: Identity\r\n"), &chunks, true),
    ];
    for (header, body, is_taken) in rows {
        let response = format!("HTTP/1.1 200 OK\r\n{header}\r\n{body}");
        match Caller::of([Reply::Closed(response)]).send() {
            Ok(issued) => assert!(is_taken && issued.token.access() == b"abc", "{header}"),
            Err(error) => {
                assert!(!is_taken, "{header}: {}", error.message);
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
    let caller = Caller::at(listener.local_addr().unwrap().port(), &[]).once();
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
fn the_longest_values_of_options_fit_into_a_request() {
    let peer = TestPeer::start([Reply::Closed(token("a"))]);
    let longest = "x".repeat(1_024);
    let base_url = format!("{:p<2048}", format!("http://127.0.0.1:{}/", peer.port));
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
