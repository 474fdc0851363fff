//! What a proxy may say to CONNECT that is no tunnel.

use super::rows::{End, call, check_all, respond};
use crate::common::*;
use crate::peer::Peer;
use crate::raw;

type Row = (&'static str, Vec<u8>, End, momo_status);

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let row = |name, bytes: &str, end, status| (name, bytes.as_bytes().to_vec(), end, status);
    let no = MOMO_CONNECT_FAILED;
    let tls = MOMO_TLS_FAILED;
    let late = MOMO_TIMED_OUT;
    let ok = "HTTP/1.1 200 Connection established\r\n\r\n";
    let many = |count| format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(count));
    vec![
        row("nothing", "", End::Close, no),
        row("silence", "", End::Hold, late),
        row("half a line", "HTTP/1.1 20", End::Close, no),
        row("dripping", ok, End::Drip(100), late),
        row("an endless line", "x", End::Flood, no),
        row("an endless head", "HTTP/1.1 200 OK\r\nX: y\r\n", End::Flood, no),
        row("a head that grows to the end of the buffer", &format!("HTTP/1.1 200 OK\r\nX: {}", "y".repeat(100_000)), End::Hold, no),
        row("garbage", "\0\u{1}\u{2}garbage\r\n\r\n", End::Close, no),
        row("302", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n", End::Close, no),
        row("407", "HTTP/1.1 407 Authenticate\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n", End::Hold, no),
        row("100 for ever", "HTTP/1.1 100 Continue\r\n\r\n", End::Flood, no),
        row("a NUL in the head", "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", End::Close, no),
        row("no colon", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", End::Close, no),
        row("129 header lines", &many(129), End::Hold, no),
        // A tunnel, but to nowhere.
        row("200, then the end", ok, End::Close, tls),
        row("200, then silence", ok, End::Hold, late),
        row("128 header lines, then the end", &many(128), End::Close, tls),
        row("204, then silence", "HTTP/1.1 204 No Content\r\n\r\n", End::Hold, late),
        row("100 first, then the end", &format!("HTTP/1.1 100 Continue\r\nX: y\r\n\r\n{ok}"), End::Close, tls),
        row("103 first, then silence", &format!("HTTP/1.1 103 Early Hints\r\n\r\n{ok}"), End::Hold, late),
        row("200 with a length, then the end", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", End::Close, tls),
        row("200 with a page", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>Log in</html>", End::Close, tls),
        row("HTTP/1.0 200", "HTTP/1.0 200 OK\r\n\r\n", End::Close, tls),
    ]
}

#[test]
fn a_proxy_that_opens_no_tunnel_is_named_and_never_waited_for_too_long() {
    for over_tls in [false, true] {
        // A proxy that is itself spoken to by TLS, and answers in clear.
        let scheme = if over_tls { "https" } else { "http" };
        check_all(scheme, &rows(), |row| check(scheme, row));
    }
}

fn check(scheme: &str, (name, bytes, end, status): &Row) -> Option<String> {
    let (response, end) = (bytes.clone(), *end);
    let plain = scheme == "http";
    let server = Peer::start(move |mut stream| {
        if plain {
            raw::read_head(&mut stream);
        }
        respond(stream, &response, end);
    });
    let config = raw::config("https://gateway.invalid");
    config.set("proxy", &format!("{scheme}://{}", server.address));
    // Over TLS some say nothing that is a whole record.
    let times_out = *status == MOMO_TIMED_OUT || !plain;
    let e = call(name, &config.client(), times_out).unwrap_err();
    assert_eq!(e.http_status, 0, "{name}: {e:?}");
    let proxy = format!("through proxy {}", server.address);
    assert!(e.message.contains(&proxy), "{name}: {e:?}");
    // Over TLS there is no tunnel to speak of: any way of ending is right, but its own statuses.
    let own = [MOMO_CONNECT_FAILED, MOMO_TLS_FAILED, MOMO_TIMED_OUT].contains(&e.status);
    let right = if plain { e.status == *status } else { own };
    (!right).then(|| format!("{name}: not {status:?}: {e:?}"))
}
