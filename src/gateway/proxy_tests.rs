use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::Status;
use crate::gateway::test_caller::{Caller, error};
use crate::gateway::test_peer::{Reply, TestPeer, read_head};

#[test]
fn a_proxy_is_asked_for_a_tunnel_to_the_gateway_and_shown_nothing_else() {
    let reply = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
    let proxy = TestPeer::start([Reply::Closed(reply.to_owned())]);
    let url = format!("http://user:s3cr3t@127.0.0.1:{}", proxy.port);
    let caller = Caller::with(&[("base_url", "https://gateway.example"), ("proxy", &url)]);
    let failure = error(caller.once().send());
    let request = proxy.requests().remove(0).to_ascii_lowercase();
    let line = "connect gateway.example:443 http/1.1\r\n";
    assert!(request.starts_with(line), "{request}");
    let login = "proxy-authorization: basic dxnlcjpzm2nym3q=\r\n";
    assert!(request.contains(login), "{request}");
    let agent = concat!("user-agent: libmomo/", env!("CARGO_PKG_VERSION"), "\r\n");
    assert!(request.contains(agent), "{request}");
    assert!(!request.contains("ocp-apim") && !request.contains("\r\nauthorization"));
    assert_eq!(failure.status, Status::MOMO_CONNECT_FAILED);
    let message = failure.message;
    let words = "407: it refuses user and password";
    assert!(message.contains(words), "{message}");
}

/// Not each step's own.
#[test]
fn the_time_for_connecting_is_that_of_tunnel_and_handshake_together() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let proxy = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        read_head(&mut stream).unwrap();
        std::thread::sleep(Duration::from_millis(2800));
        // It says nothing more, until the other end has had enough.
        let begin = Instant::now();
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        let _ = stream.read_to_end(&mut Vec::new());
        begin.elapsed()
    });
    let caller = Caller::with(&[
        ("base_url", "https://gateway.example"),
        ("proxy", &format!("http://127.0.0.1:{port}")),
        ("connect_timeout", "3s"),
        ("attempt_timeout", "15s"),
    ]);
    let failure = error(caller.once().send());
    assert_eq!(failure.status, Status::MOMO_TIMED_OUT);
    // What was left of them; a handshake's own would be three seconds.
    let waited = proxy.join().unwrap();
    assert!(waited < Duration::from_millis(2500), "{waited:?}");
}
