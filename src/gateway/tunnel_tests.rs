#![allow(clippy::unwrap_used, clippy::panic)]

use crate::error::{Failure, Status};
use crate::gateway::test_caller::{Caller, error};
use crate::gateway::test_peer::{Reply, TestPeer};

/// What a call through such a proxy fails with; and what the proxy was asked.
fn refused_by(reply: Reply) -> (Failure, String) {
    let proxy = TestPeer::start([reply]);
    let mut caller = Caller::with(&[
        ("base_url", "https://gateway.example"),
        (
            "proxy",
            &format!("http://user:s3cr3t@127.0.0.1:{}", proxy.port),
        ),
    ]);
    caller.attempts = 1;
    let failure = error(caller.send()).failure;
    let request = proxy.requests().remove(0).to_ascii_lowercase();
    (failure, request)
}

#[test]
fn a_proxy_is_asked_for_a_tunnel_to_the_gateway_and_shown_nothing_else() {
    let reply = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
    let (failure, request) = refused_by(Reply::Closed(reply.to_owned()));
    assert!(
        request.starts_with("connect gateway.example:443 http/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.contains("proxy-authorization: basic dxnlcjpzm2nym3q=\r\n"),
        "{request}"
    );
    assert!(!request.contains("ocp-apim") && !request.contains("\r\nauthorization"));
    assert_eq!(failure.status, Status::MOMO_CONNECT_FAILED);
    assert!(
        failure.message.contains("407; check the proxy's address"),
        "{}",
        failure.message
    );
}

#[test]
fn what_a_proxy_does_instead_is_told() {
    for (reply, words) in [
        (
            Reply::Closed("HTTP/1.1 502 Bad Gateway\r\n\r\n".to_owned()),
            "502",
        ),
        (
            Reply::Closed("220 ftp.example ready\r\n\r\n".to_owned()),
            "does not respond as an HTTP",
        ),
        (Reply::Reset, "proxy"),
        (Reply::Closed(String::new()), "proxy"),
    ] {
        let (failure, _) = refused_by(reply);
        assert_eq!(
            failure.status,
            Status::MOMO_CONNECT_FAILED,
            "{}",
            failure.message
        );
        assert!(failure.message.contains(words), "{}", failure.message);
        assert!(!failure.message.contains("s3cr3t"), "{}", failure.message);
    }
}
