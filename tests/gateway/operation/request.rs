//! The request, byte for byte, and that nothing else is ever sent.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::common::*;
use crate::peer::Peer;
use crate::raw;

/// With a lifetime: one without is for who waits already when it comes, and a slow caller asks again.
pub(super) const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 46\r\n\r\n\
                        {\"access_token\":\"abc.d-e_f\",\"expires_in\":3600}";

/// Answers every request of every connection and hands over what it read.
fn recorder() -> (Peer, Receiver<Vec<u8>>) {
    let (sender, receiver) = channel();
    let server = Peer::start(move |mut stream| {
        loop {
            let head = raw::read_head(&mut stream);
            if head.is_empty() || sender.send(head).is_err() {
                return;
            }
            raw::send(&mut stream, ANSWER);
        }
    });
    (server, receiver)
}

fn expected(path: &str, host: &str, close: &str, agent: &str) -> String {
    let basic = STANDARD.encode(format!("{}:{}", raw::USER, raw::KEY));
    let key = raw::SUBSCRIPTION_KEY;
    format!(
        "POST {path} HTTP/1.1\r\nuser-agent: {agent}\r\nhost: {host}\r\nauthorization: Basic {basic}\r\n\
         ocp-apim-subscription-key: {key}\r\ncontent-length: 0\r\n{close}\r\n"
    )
}

#[test]
fn the_request_is_exactly_this() {
    let own = concat!("libmomo/", env!("CARGO_PKG_VERSION"));
    let named = concat!("Shop/7 (test) libmomo/", env!("CARGO_PKG_VERSION"));
    // Below the base, product, user_agent, path, User-Agent.
    #[rustfmt::skip]
    let rows = [
        ("", "disbursement", "", "/disbursement/token/", own),
        ("/", "collection", "", "/collection/token/", own),
        ("/a/b", "remittance", "", "/a/b/remittance/token/", own),
        ("/a/", "disbursement", "Shop/7 (test)", "/a/disbursement/token/", named),
    ];
    for (base, product, user_agent, path, agent) in rows {
        let (server, requests) = recorder();
        let host = server.address.to_string();
        let config = raw::config(&format!("http://{host}{base}"));
        config.set("product", product).set("user_agent", user_agent);
        let client = config.client();
        for _ in 0..2 {
            assert_eq!(client.create().unwrap().access_token, "abc.d-e_f");
            let request = String::from_utf8(requests.recv().unwrap()).unwrap();
            assert_eq!(request, expected(path, &host, "", agent));
        }
        let second = config.client();
        second.get().unwrap();
        let request = String::from_utf8(requests.recv().unwrap()).unwrap();
        assert_eq!(
            request,
            expected(path, &host, "connection: close\r\n", agent)
        );
        drop((client, second, server));
        assert_eq!(requests.iter().count(), 0, "one request for each call");
    }
}

#[test]
fn a_redirect_is_not_followed_and_no_key_goes_elsewhere() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let target = elsewhere.local_addr().unwrap();
    for status in [300, 301, 302, 303, 304, 307, 308, 399] {
        let server = Peer::start(move |mut stream| {
            raw::read_head(&mut stream);
            let head = format!(
                "HTTP/1.1 {status} Moved\r\nLocation: http://{target}/disbursement/token/\r\n\
                 Content-Length: 0\r\n\r\n"
            );
            raw::send(&mut stream, head.as_bytes());
            raw::close(stream);
        });
        let config = server.config();
        let e = config
            .set("max_attempts", "3")
            .client()
            .create()
            .unwrap_err();
        assert_eq!(e.status, MOMO_UNEXPECTED_STATUS, "{status}: {e:?}");
        assert_eq!(e.http_status, status, "{e:?}");
        assert!(e.message.contains("a redirect to 127.0.0.1"), "{e:?}");
        let nobody = elsewhere.accept().unwrap_err();
        assert_eq!(nobody.kind(), ErrorKind::WouldBlock, "{status}");
    }
}
