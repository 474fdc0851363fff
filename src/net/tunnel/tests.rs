#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use super::*;
use crate::Deadline;
use crate::net::{Limits, Route};

fn parsed(head: &str) -> TunnelResponse {
    let (length, response) = head::parse(head.as_bytes(), final_response)
        .unwrap()
        .unwrap();
    assert_eq!(length, head.len());
    response.unwrap()
}

#[test]
fn a_head_has_128_fields_and_no_more() {
    let head = |count: usize| {
        let fields: String = (0..count).map(|n| format!("X-{n}: y\r\n")).collect();
        format!("HTTP/1.1 200 OK\r\n{fields}\r\n")
    };
    assert_eq!(parsed(&head(128)).status, 200);
    let parse = |head: &str| head::parse(head.as_bytes(), final_response);
    assert!(parse(&head(129)).is_err());
    let folded =
        "HTTP/1.1 407 X\r\nX: a\r\n b\r\nProxy-Authenticate:\r\n\tNTLM,\r\n Negotiate\r\n\r\n";
    assert_eq!(parsed(folded).schemes, ["NTLM", "Negotiate"]);
    assert!(parse("HTTP/1.1 200 OK\r\nX: y\r\n").unwrap().is_none());
    assert!(parse("SSH-2.0-OpenSSH_9.6\r\n").is_err());
}

#[test]
fn the_ways_to_authenticate_are_named_if_basic_is_not_among_them() {
    let asked = |value: &str, has_login| {
        let head = format!("HTTP/1.1 407 X\r\nProxy-Authenticate: {value}\r\n\r\n");
        parsed(&head).reason(has_login, "")
    };
    let basic = "Basic realm=\"s3cr3t, Negotiate\"";
    assert!(asked(basic, false).contains("demands user and password"));
    assert!(asked(basic, true).contains("refuses user and password"));
    assert!(asked("Negotiate, basic realm=\"x\"", true).contains("refuses user"));
    let others = asked("Negotiate\r\nProxy-Authenticate: NTLM", true);
    assert!(others.contains("by NTLM, Negotiate alone, and this library has Basic"));
    let unknown = asked("s3cr3t", false);
    assert!(unknown.contains("demands user") && !unknown.contains("s3cr3t"));
}

/// What a proxy is sent that says these things, one after the other, and how that ends. `url` is
/// that of the proxy without its port.
pub(in crate::net) fn ask(url: &str, host: &str, says: &[&[u8]]) -> (Vec<u8>, Result<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let route = Route {
        host: host.to_owned(),
        port: 443,
        tls: None,
        option: "base_url",
        proxy: Some(ProxyUrl::parse(&format!("{url}:{port}")).unwrap()),
        user_agent: String::new(),
        loopback_only: false,
    };
    let limits = Limits::until(Deadline::after(Duration::from_secs(20)));
    std::thread::scope(|scope| {
        let proxy = scope.spawn(|| {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut heard, mut piece) = (Vec::new(), [0; 1024]);
            for said in says {
                let amount = stream.read(&mut piece).unwrap();
                assert_ne!(amount, 0);
                heard.extend_from_slice(&piece[..amount]);
                // More than the other end takes may be left over.
                let _ = stream.write_all(said);
            }
            heard
        });
        let outcome = route.open(limits).map(drop);
        (proxy.join().unwrap(), outcome)
    })
}

/// How a connection through a proxy that responds like this begins.
fn opened(response: &str) -> Result<()> {
    let url = "http://me:x@127.0.0.1";
    ask(url, "gateway.example", &[response.as_bytes()]).1
}

#[test]
fn a_tunnel_begins_behind_the_head_of_a_2xx_and_nothing_else_opens_one() {
    let field = format!("X: {}\r\n", "y".repeat(12 * 1024));
    let long = format!("HTTP/1.1 200 OK\r\n{field}\r\n");
    for response in [
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 299 X\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        &long,
    ] {
        opened(response).unwrap();
    }
    let page = "HTTP/1.1 200 OK\r\n\r\n<html>";
    let endless = format!("HTTP/1.1 200 OK\r\n{field}{field}\r\n");
    for (response, kind, words) in [
        (page, Kind::Untrusted, "(a page?)"),
        (&endless, Kind::Unreachable, "not respond as an HTTP proxy"),
        (&page[..17], Kind::ConnectionLost, "closed the connection"),
    ] {
        let error = opened(response).unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.detail.contains(words), "{error}");
    }
}

#[test]
fn each_refusal_says_what_to_do_and_only_a_refused_password_speaks_of_one() {
    for (status, kind, words) in [
        (400, Kind::Unreachable, "check its address"),
        (401, Kind::Refused, "refuses user and password"),
        (403, Kind::Refused, "no tunnel to gateway.example:443"),
        (404, Kind::Unreachable, "check its address"),
        (407, Kind::Refused, "refuses user and password"),
        (502, Kind::Unreachable, "cannot reach gateway.example:443"),
        (503, Kind::Unreachable, "overloaded"),
        (504, Kind::Unreachable, "has not responded to it in time"),
        (511, Kind::Unreachable, "this network wants a sign-in"),
    ] {
        let error = opened(&format!("HTTP/1.1 {status} X\r\n\r\n")).unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        let told = error.detail;
        for words in [&status.to_string(), words] {
            assert!(told.contains(words), "{told}");
        }
        let [told_of, is_refused] = [&*told, words].map(|text| text.contains("password"));
        assert_eq!(told_of, is_refused, "{told}");
    }
}
