//! Whatever a server or a proxy sends: a call ends, with a token only where the response has it, and
//! the connection is sent nothing but the one request there is.
//!
//! The first line of an input says who sends its bytes: "http" the gateway, over plain HTTP, "proxy"
//! what CONNECT is sent to, "tls" a server over TLS. A line "----" ends a connection, and what
//! follows is sent on the next.
#![cfg_attr(feature = "libfuzzer", no_main)]

use std::sync::LazyLock;

use momo::ffi::momo_status::*;
use momo::fuzzing::set_peer;
use momo_fuzz::connections::{peer, received, script};
use momo_fuzz::credentials::*;
use momo_fuzz::failures::{check, is_token68};
use momo_fuzz::fuzz_target;
use momo_fuzz::hidden::Secrets;
use momo_fuzz::interface::{Config, Error, Token};
use momo_fuzz::split_at;

const SEPARATOR: &[u8] = b"\n----\n";

/// What the second call is sent.
const GOOD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 35\r\n\r\n\
    {\"access_token\":\"the.second~token\"}";

static OF_PROXY: LazyLock<Secrets> = LazyLock::new(|| {
    Secrets::new(
        &[PROXY_USER, PROXY_PASSWORD],
        &[(PROXY_USER, PROXY_PASSWORD)],
    )
});

thread_local! {
    static HTTP: Config = config("http://127.0.0.1:8000", "none");
    static TLS: Config = config("https://gateway.example", "none");
    static PROXY: Config = config("https://gateway.example", PROXY_URL);
}

const PROXY_URL: &str = "http://proxy-user-q8w7e6:p4ss%2Fw0rd%2Bz9y8x7@proxy.example:3128";

fn config(base_url: &str, proxy: &str) -> Config {
    let config = Config::new();
    let others = [
        ("base_url", base_url),
        ("proxy", proxy),
        ("ca", "mozilla"),
        ("max_attempts", "1"),
        ("cache", "client"),
    ];
    for (name, value) in OPTIONS.iter().chain(&others) {
        config.set(name, value);
    }
    config
}

/// A call ends with what a peer did: in time, and nothing else was wrong.
fn check_outcome(outcome: &Result<Token, Error>, secrets: &Secrets) {
    if let Err(error) = outcome {
        let [first, last] = [MOMO_CONNECT_FAILED, MOMO_INVALID_RESPONSE].map(|s| s as i32);
        assert!((first..=last).contains(&(error.status as i32)), "{error:?}");
        let others = [MOMO_TIMED_OUT, MOMO_WOULD_BLOCK, MOMO_CANCELLED];
        assert!(!others.contains(&error.status), "{error:?}");
        let texts = [&*error.message, &error.code, &error.body];
        check(texts, error.http_status, secrets);
    }
}

/// The bytes of each connection.
fn connections(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut connections = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (one, others) = split_at(rest, SEPARATOR);
        connections.push(one.to_vec());
        rest = others;
    }
    connections
}

fn http(bytes: &[u8]) {
    let client = HTTP.with(Config::client);
    script(connections(bytes));
    let outcome = client.create();
    check_outcome(&outcome, &SECRETS);
    received().iter().for_each(|sent| check_requests(sent));
    match &outcome {
        Ok(token) => check_token(token, bytes),
        // There was no whole response, after which a connection might be kept.
        Err(error) if error.http_status == 0 => return,
        Err(_) => {}
    }
    // Nothing of what was sent before is taken for the response to a later request.
    script([GOOD.to_vec()]);
    let token = client.create().expect("a good response");
    assert_eq!(token.access_token, "the.second~token");
    received().iter().for_each(|sent| check_requests(sent));
}

fn check_token(token: &Token, bytes: &[u8]) {
    assert!(is_token68(&token.access_token));
    // Whatever chunks it came in, its characters are there, in their order; but for escapes.
    let mut sent = bytes.iter();
    let are_there = token.access_token.bytes().all(|c| sent.any(|s| *s == c));
    assert!(are_there || bytes.contains(&b'\\'), "{token:?}");
    // Cut anywhere, it is the same token or none.
    let sum: usize = bytes.iter().map(|byte| usize::from(*byte)).sum();
    script(connections(&bytes[..sum % bytes.len()]));
    if let Ok(other) = HTTP.with(Config::client).create() {
        assert_eq!(other.access_token, token.access_token);
    }
    received();
}

/// Of one connection: it may serve a second request, unless its end is noticed before.
fn check_requests(sent: &[u8]) {
    let text = std::str::from_utf8(sent).expect("a request is ASCII");
    let heads = text
        .strip_suffix("\r\n\r\n")
        .expect("a request is a whole head, without a body");
    for head in heads.split("\r\n\r\n") {
        let mut lines = head.split("\r\n");
        assert_eq!(lines.next(), Some("POST /disbursement/token/ HTTP/1.1"));
        let name = |line: &str| Some(line.split_once(": ")?.0.to_ascii_lowercase());
        let mut names: Vec<String> = lines.map(|line| name(line).expect("a header")).collect();
        names.sort();
        let sent = "authorization content-length host ocp-apim-subscription-key user-agent";
        assert_eq!(names.join(" "), sent);
    }
}

fn proxy(bytes: &[u8]) {
    let client = PROXY.with(Config::client);
    script([bytes.to_vec()]);
    let outcome = client.create();
    check_outcome(&outcome, &SECRETS);
    assert!(outcome.is_err(), "no TLS server is behind it");
    check_outcome(&outcome, &OF_PROXY);
    for sent in received() {
        let (connect, behind) = split_at(&sent, b"\r\n\r\n");
        assert!(connect.starts_with(b"CONNECT gateway.example:443 HTTP/1.1\r\n"));
        let seen = SECRETS.seen_in(&String::from_utf8_lossy(&sent));
        assert_eq!(seen, None, "a proxy is not sent what is the gateway's");
        if !behind.is_empty() {
            let is_tls = behind.starts_with(b"\x16\x03");
            assert!(is_tls, "nothing but TLS goes through a tunnel");
            // Interim responses may come before it.
            let is_success = |begin: &[u8]| begin.starts_with(b"HTTP/1.") && begin.ends_with(b" 2");
            assert!(bytes.windows(10).any(is_success));
        }
    }
}

fn tls(bytes: &[u8]) {
    let client = TLS.with(Config::client);
    script([bytes.to_vec()]);
    let outcome = client.create();
    check_outcome(&outcome, &SECRETS);
    assert!(outcome.is_err(), "nobody has a certificate for it");
    for sent in received() {
        assert!(sent.is_empty() || sent.starts_with(b"\x16\x03") || sent.starts_with(b"\x15\x03"));
        assert_eq!(SECRETS.seen_in(&String::from_utf8_lossy(&sent)), None);
    }
}

fn prepare() {
    momo_fuzz::prepare();
    set_peer(peer);
}

fuzz_target!(init: prepare(), |data: &[u8]| {
    let (who, bytes) = split_at(data, b"\n");
    match who {
        b"proxy" => proxy(bytes),
        b"tls" => tls(bytes),
        b"http" => http(bytes),
        _ => http(data),
    }
});
