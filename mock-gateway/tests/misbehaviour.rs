#![allow(clippy::unwrap_used, clippy::panic)]

mod client;

use client::{plain, post, read_all, read_reply, request};
use momo_mock_gateway::{Gateway, behaviours};
use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

fn gateway() -> Gateway {
    Gateway::start().unwrap()
}

#[test]
fn prefixes_combine_from_left_to_right() {
    let gateway = gateway();
    let start = Instant::now();
    assert_eq!(post(&gateway, "/delay-100/hold-100/503").status, 503);
    assert!(start.elapsed() >= Duration::from_millis(200));
    assert_eq!(post(&gateway, "/503-times-2").status, 503);
    assert_eq!(post(&gateway, "/503-times-2").status, 503);
    assert_eq!(post(&gateway, "/503-times-2").status, 200);
    assert_eq!(post(&gateway, "/lifetime-9/login-failed-once").status, 500);
    assert_eq!(
        post(&gateway, "/lifetime-9/login-failed-once").json()["expires_in"],
        9
    );
    assert_eq!(post(&gateway, "/nothing-like-it").status, 404);
    assert_eq!(post(&gateway, "/delay-").status, 404);
    assert_eq!(
        post(&gateway, "/connection-close").header("connection"),
        Some("close")
    );
}

#[test]
fn an_echo_has_the_credentials_everywhere() {
    let gateway = gateway();
    let key = &gateway.credentials().subscription_keys[0];
    for (prefix, status) in [("/echo", 500), ("/echo-200", 200), ("/echo-302", 302)] {
        let reply = post(&gateway, prefix);
        assert_eq!(reply.status, status);
        assert!(
            reply.head.lines().next().unwrap().contains(key.as_str()),
            "{}",
            reply.head
        );
        assert!(reply.header("location").unwrap().contains(key.as_str()));
        assert!(
            reply
                .header("www-authenticate")
                .unwrap()
                .contains(key.as_str())
        );
        assert!(reply.body.contains(key.as_str()));
        assert!(reply.body.contains(&gateway.credentials().api_key));
    }
}

#[test]
fn a_token_is_cut_where_asked() {
    let gateway = gateway();
    for (prefix, status) in [("/token-cut-at-100", 500), ("/token-cut-at-100-200", 200)] {
        let reply = post(&gateway, prefix);
        assert_eq!((reply.status, reply.body.len()), (status, 100));
        let token = gateway.issued().last().unwrap().token.clone();
        let start = reply.body.strip_prefix("{\"access_token\":\"").unwrap();
        assert!(token.starts_with(start));
    }
}

#[test]
fn a_torn_answer_is_torn() {
    let gateway = gateway();
    let text = |prefix: &str| String::from_utf8(read_all(&gateway, prefix).0).unwrap();
    let torn = text("/truncated");
    let (head, body) = torn.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("Content-Length: {}", body.len() + 64)));
    let torn = text("/truncated-chunked");
    assert!(torn.contains("Transfer-Encoding: chunked") && !torn.contains("\r\n0\r\n"));
    assert!(torn.starts_with("HTTP/1.1 200 OK") && torn.ends_with("}\r\n"));
    assert_eq!(text("/close-after-20-bytes").len(), 20);
    assert!(text("/truncated/503").starts_with("HTTP/1.1 503 "));
}

#[test]
fn no_answer_is_none() {
    let gateway = gateway();
    assert_eq!(read_all(&gateway, "/close"), (vec![], None));
    assert_eq!(read_all(&gateway, "/close-without-notify"), (vec![], None));
    assert_eq!(
        read_all(&gateway, "/reset"),
        (vec![], Some(ErrorKind::ConnectionReset))
    );
    gateway.set_raw("HTTP/1.1 200");
    assert_eq!(read_all(&gateway, "/raw"), (b"HTTP/1.1 200".to_vec(), None));

    let mut socket = plain(&gateway);
    let request = request(&gateway, "/no-response-on-reuse/disbursement/token/");
    socket.write_all(request.as_bytes()).unwrap();
    assert_eq!(read_reply(&mut socket).unwrap().status, 200);
    socket.write_all(request.as_bytes()).unwrap();
    assert_eq!(socket.read(&mut [0; 1]).unwrap(), 0);
}

#[test]
fn what_has_no_end_goes_on_until_the_client_leaves() {
    let gateway = gateway();
    for (prefix, start, least) in [
        ("/stall", "", 0),
        ("/slow-headers", "HTTP", 6),
        ("/drip", "HTTP/1.1 200 OK", 80),
        ("/oversize-endless", "HTTP/1.1 200 OK", 100_000),
        ("/endless-headers", "HTTP/1.1 200 OK", 100_000),
        ("/endless-100", "HTTP/1.1 100 Continue", 100_000),
    ] {
        let mut socket = plain(&gateway);
        let request = request(&gateway, &format!("{prefix}/disbursement/token/"));
        socket.write_all(request.as_bytes()).unwrap();
        let mut bytes = vec![0; least];
        socket.read_exact(&mut bytes).unwrap();
        assert!(bytes.starts_with(start.as_bytes()), "{prefix}");
        if least == 0 {
            let moment = Some(Duration::from_millis(400));
            socket.set_read_timeout(moment).unwrap();
            assert!(socket.read(&mut [0]).is_err(), "{prefix}");
        }
    }
    let start = Instant::now();
    while gateway.open_connections() > 0 && start.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(gateway.open_connections(), 0);
}

#[test]
fn the_table_has_no_name_twice() {
    let mut names: Vec<_> = behaviours().map(|(name, _)| name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
