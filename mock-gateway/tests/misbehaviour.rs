#![allow(clippy::unwrap_used, clippy::panic)]

mod client;

use client::{gateway, post, posted, read_all, read_reply, request, wait_until_closed};
use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

#[test]
fn prefixes_combine_from_left_to_right() {
    let gateway = gateway();
    let start = Instant::now();
    assert_eq!(post(&gateway, "/delay-100/hold-100/503").status, 503);
    assert!(start.elapsed() >= Duration::from_millis(200));
    for (prefix, statuses) in [
        ("/503-times-2", &[503, 503, 200][..]),
        ("/lifetime-9/login-failed-once", &[500, 200]),
        ("/nothing-like-it", &[404]),
        ("/delay-", &[404]),
    ] {
        for status in statuses {
            assert_eq!(post(&gateway, prefix).status, *status, "{prefix}");
        }
    }
    let reply = post(&gateway, "/lifetime-9/login-failed-once");
    assert_eq!(reply.json()["expires_in"], 9);
    let reply = post(&gateway, "/connection-close");
    assert_eq!(reply.header("connection"), "close");
}

#[test]
fn an_echo_has_the_credentials_everywhere() {
    let gateway = gateway();
    let key = &gateway.credentials().subscription_keys[0];
    for (prefix, status) in [("/echo", 500), ("/echo-200", 200), ("/echo-302", 302)] {
        let reply = post(&gateway, prefix);
        assert_eq!(reply.status, status);
        for place in [
            reply.head.lines().next().unwrap(),
            reply.header("location"),
            reply.header("www-authenticate"),
            &reply.body,
        ] {
            assert!(place.contains(key.as_str()), "{place}");
        }
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
    gateway.set_raw("HTTP/1.1 200");
    for (prefix, bytes, end) in [
        ("/close", "", None),
        ("/close-without-notify", "", None),
        ("/reset", "", Some(ErrorKind::ConnectionReset)),
        ("/raw", "HTTP/1.1 200", None),
    ] {
        assert_eq!(read_all(&gateway, prefix), (bytes.into(), end), "{prefix}");
    }

    let mut socket = posted(&gateway, "/no-response-on-reuse");
    let request = request(&gateway, "/no-response-on-reuse/disbursement/token/");
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
        let mut socket = posted(&gateway, prefix);
        let mut bytes = vec![0; least];
        socket.read_exact(&mut bytes).unwrap();
        assert!(bytes.starts_with(start.as_bytes()), "{prefix}");
        if least == 0 {
            let moment = Some(Duration::from_millis(400));
            socket.set_read_timeout(moment).unwrap();
            assert!(socket.read(&mut [0]).is_err(), "{prefix}");
        }
    }
    wait_until_closed(&gateway);
}
