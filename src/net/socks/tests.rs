#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::credentials::redact::Redactor;
use crate::net::{TransportError, tunnel};
use crate::{Phase, Status};

fn ask(login: &str, host: &str, says: &[&[u8]]) -> (Vec<u8>, Result<(), TransportError>) {
    tunnel::tests::ask(&format!("socks5h://{login}127.0.0.1"), host, says)
}

const LOGIN: &str = "me:s3cr3t@";

const FREE: &[u8] = &[5, 0];
const CONNECTED: &[u8] = &[5, 0, 0, 1, 127, 0, 0, 1, 0, 80];

#[test]
fn the_proxy_is_told_the_host_and_looks_it_up() {
    let (heard, outcome) = ask("", "gateway.example", &[FREE, CONNECTED]);
    outcome.unwrap();
    let request = [
        &[5, 1, 0, 5, 1, 0, 3, 15],
        &b"gateway.example"[..],
        &[1, 187],
    ]
    .concat();
    assert_eq!(heard, request);
    let (heard, outcome) = ask("", "192.0.2.1", &[FREE, &[5, 0, 0, 3, 1, b'x', 0, 80]]);
    outcome.unwrap();
    assert_eq!(heard, [5, 1, 0, 5, 1, 0, 1, 192, 0, 2, 1, 1, 187]);
    let six = [&[5, 0, 0, 4][..], &[0x20; 18]].concat();
    let (heard, outcome) = ask("", "[2001:db8::1]", &[FREE, &six]);
    outcome.unwrap();
    assert_eq!(heard[6..10], [4, 0x20, 1, 0x0d]);
}

#[test]
fn user_and_password_are_sent_to_a_proxy_that_asks_for_them() {
    let (heard, outcome) = ask(LOGIN, "h", &[&[5, 2], &[1, 0], CONNECTED]);
    outcome.unwrap();
    let sent = [
        &[5, 2, 0, 2, 1, 2],
        &b"me\x06s3cr3t"[..],
        &[5, 1, 0, 3, 1, b'h', 1, 187],
    ];
    assert_eq!(heard, sent.concat());
    let (heard, outcome) = ask(LOGIN, "h", &[FREE, CONNECTED]);
    outcome.unwrap();
    assert!(!heard.windows(6).any(|bytes| bytes == b"s3cr3t"));
}

#[test]
fn a_refusal_says_what_to_do() {
    #[rustfmt::skip]
    let rows = [
        (LOGIN, &[&[5, 2][..], &[1, 1]][..], "refuses user and password"),
        (LOGIN, &[&[5, 0xff]], "takes no password"),
        ("", &[&[5, 0xff]], "demands user and password"),
        ("", &[b"HTTP/1.1 400 X"], "does not respond as a SOCKS 5 proxy"),
        ("", &[FREE, &[5, 2, 0, 1]], "h:443 and replied 2: it allows no connection"),
        ("", &[FREE, &[5, 4, 0, 1]], "it cannot reach it"),
        ("", &[FREE, &[5, 5, 0, 1]], "replied 5: its connection there is refused"),
        ("", &[FREE, &[5, 1, 0, 1]], "replied 1: it makes no connection"),
        ("", &[&[5]], "the connection broke"),
        ("", &[FREE, &[5, 0]], "the connection broke"),
    ];
    for (login, says, words) in rows {
        let error = ask(login, "h", says).1.unwrap_err();
        assert_eq!(error.phase, Phase::Proxy, "{words}");
        let failure = error.failure(&Redactor::new([], []));
        assert_eq!(failure.status, Status::MOMO_CONNECT_FAILED);
        assert!(error.detail.contains(words), "{error}");
        assert!(!error.detail.contains("s3cr3t"), "{error}");
    }
    let kind = |code| ask("", "h", &[FREE, &[5, code, 0, 1]]).1.unwrap_err().kind;
    assert_eq!(kind(2), Kind::Refused);
    assert_eq!(kind(4), Kind::Unreachable);
}
