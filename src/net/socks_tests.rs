#![allow(clippy::unwrap_used, clippy::panic)]

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::cancellation::Cancellation;
use crate::deadline::Deadline;
use crate::net::connection::{Limits, Route};
use crate::net::progress::Progress;
use crate::net::tunnel::{Protocol, Proxy};

/// What a proxy is sent that says these things, one after the other, and how that ends.
fn ask(login: Option<Login>, host: &str, says: &[&[u8]]) -> (Vec<u8>, Result<(), TransportError>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let route = Route {
        host: host.to_owned(),
        port: 443,
        tls: None,
        option: "base_url",
        proxy: Some(Proxy {
            host: "127.0.0.1".to_owned(),
            port: listener.local_addr().unwrap().port(),
            tls: None,
            protocol: Protocol::Socks(login),
        }),
        loopback_only: false,
    };
    let limits = Limits {
        deadline: Deadline::after(Duration::from_secs(20)),
        cancellation: Arc::new(Cancellation::new()),
        progress: Arc::new(Progress::begin()),
    };
    std::thread::scope(|scope| {
        let proxy = scope.spawn(|| {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut heard, mut piece) = (Vec::new(), [0; 1024]);
            for said in says {
                let amount = stream.read(&mut piece).unwrap();
                heard.extend_from_slice(&piece[..amount]);
                stream.write_all(said).unwrap();
            }
            heard
        });
        let outcome = Connection::open(&route, limits).map(drop);
        (proxy.join().unwrap(), outcome)
    })
}

fn login() -> Option<Login> {
    Some((
        Zeroizing::new("me".to_owned()),
        Zeroizing::new("s3cr3t".to_owned()),
    ))
}

const FREE: &[u8] = &[5, 0];
const CONNECTED: &[u8] = &[5, 0, 0, 1, 127, 0, 0, 1, 0, 80];

#[test]
fn the_proxy_is_told_the_host_and_looks_it_up() {
    let (heard, outcome) = ask(None, "gateway.example", &[FREE, CONNECTED]);
    outcome.unwrap();
    let request = [
        &[5, 1, 0, 5, 1, 0, 3, 15],
        &b"gateway.example"[..],
        &[1, 187],
    ]
    .concat();
    assert_eq!(heard, request);
    let (heard, outcome) = ask(None, "192.0.2.1", &[FREE, &[5, 0, 0, 3, 1, b'x', 0, 80]]);
    outcome.unwrap();
    assert_eq!(heard, [5, 1, 0, 5, 1, 0, 1, 192, 0, 2, 1, 1, 187]);
    let six = [&[5, 0, 0, 4][..], &[0; 18]].concat();
    let (heard, outcome) = ask(None, "[2001:db8::1]", &[FREE, &six]);
    outcome.unwrap();
    assert_eq!(heard[6..10], [4, 0x20, 1, 0x0d]);
}

#[test]
fn user_and_password_are_sent_to_a_proxy_that_asks_for_them() {
    let (heard, outcome) = ask(login(), "h", &[&[5, 2], &[1, 0], CONNECTED]);
    outcome.unwrap();
    let sent = [
        &[5, 2, 0, 2, 1, 2],
        &b"me\x06s3cr3t"[..],
        &[5, 1, 0, 3, 1, b'h', 1, 187],
    ];
    assert_eq!(heard, sent.concat());
    let (heard, outcome) = ask(login(), "h", &[FREE, CONNECTED]);
    outcome.unwrap();
    assert!(!heard.windows(6).any(|bytes| bytes == b"s3cr3t"));
}

#[test]
fn a_refusal_says_what_to_do() {
    for (login, says, words) in [
        (
            login(),
            &[&[5, 2][..], &[1, 1]][..],
            "refuses user and password",
        ),
        (login(), &[&[5, 0xff]], "takes no password"),
        (None, &[&[5, 0xff]], "demands user and password"),
        (
            None,
            &[b"HTTP/1.1 400 X"],
            "does not respond as a SOCKS 5 proxy",
        ),
        (
            None,
            &[FREE, &[5, 2, 0, 1]],
            "h:443 and replied 2: it allows no connection",
        ),
        (None, &[FREE, &[5, 4, 0, 1]], "it cannot reach it"),
        (
            None,
            &[FREE, &[5, 5, 0, 1]],
            "replied 5: its connection there is refused",
        ),
        (
            None,
            &[FREE, &[5, 1, 0, 1]],
            "replied 1: it makes no connection",
        ),
        (None, &[&[5]], "the connection broke"),
        (None, &[FREE, &[5, 0]], "the connection broke"),
    ] {
        let error = ask(login, "h", says).1.unwrap_err();
        assert_eq!(error.phase, Phase::Proxy, "{words}");
        assert_eq!(error.status(), crate::error::Status::MOMO_CONNECT_FAILED);
        assert!(error.detail.contains(words), "{error}");
        assert!(!error.detail.contains("s3cr3t"), "{error}");
    }
}
