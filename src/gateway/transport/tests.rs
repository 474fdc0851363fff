use std::io::Write;
use std::net::{TcpListener, TcpStream};

use crate::error::Status as S;
use crate::gateway::test_caller::{Caller, KEPT, access, error};
use crate::gateway::test_peer::{Reply, TestPeer, http, read_head, token};

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
