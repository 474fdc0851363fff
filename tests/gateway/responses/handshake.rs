//! Bytes instead of a TLS handshake.

use std::io::Read;

use super::rows::{End, call, check_all, respond};
use crate::common::*;
use crate::peer::Peer;
use crate::raw;

/// A TLS record around a handshake message of this type.
fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    record(22, &[&[kind], &length[1..], body].concat())
}

fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind, 3, 3], &length[..], body].concat()
}

/// TLS 1.2, no session, the suite that is given, no extensions.
fn server_hello(suite: [u8; 2]) -> Vec<u8> {
    handshake(2, &[&[3, 3], &[7; 32][..], &[0], &suite, &[0]].concat())
}

#[rustfmt::skip]
fn rows() -> Vec<(&'static str, Vec<u8>, End, momo_status)> {
    let tls = MOMO_TLS_FAILED;
    let late = MOMO_TIMED_OUT;
    let alert = |level, what| record(21, &[level, what]);
    let hello = server_hello([0xc0, 0x2f]);
    vec![
        ("nothing", vec![], End::Close, tls),
        ("silence", vec![], End::Hold, late),
        ("alert: handshake failure", alert(2, 40), End::Close, tls),
        ("alert: internal error", alert(2, 80), End::Close, tls),
        ("alert: unrecognised name", alert(2, 112), End::Close, tls),
        ("alert: protocol version", alert(2, 70), End::Hold, tls),
        ("alert: close notify", alert(1, 0), End::Close, tls),
        ("alert: an unknown one", alert(2, 255), End::Close, tls),
        ("warnings for ever", alert(1, 90), End::Flood, tls),
        ("SSLv2", b"\x80\x2e\x04\0\x01\0\x02\0\x10".to_vec(), End::Close, tls),
        ("SSLv3 alert", b"\x15\x03\0\0\x02\x02\x28".to_vec(), End::Close, tls),
        ("plain http, 400", b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".to_vec(), End::Close, tls),
        ("an nginx page", b"<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title>".to_vec(), End::Close, tls),
        ("SSH", b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(), End::Hold, tls),
        ("SMTP", b"220 mail.example ESMTP\r\n".to_vec(), End::Hold, tls),
        ("NULs", vec![0; 2000], End::Close, tls),
        ("every byte", (0..=255).collect(), End::Close, tls),
        ("0xff for ever", vec![0xff; 64], End::Flood, tls),
        ("half a record header", b"\x16\x03".to_vec(), End::Close, tls),
        ("half a record header, and silence", b"\x16\x03".to_vec(), End::Hold, late),
        ("a record longer than allowed", [&b"\x16\x03\x03\xff\xff"[..], &[0; 20_000]].concat(), End::Hold, tls),
        ("an empty record", record(22, b""), End::Close, tls),
        ("application data first", record(23, &[1; 100]), End::Close, tls),
        ("an unknown record", record(99, &[1; 100]), End::Close, tls),
        ("a change of cipher alone", record(20, &[1]), End::Close, tls),
        ("changes of cipher for ever", record(20, &[1]), End::Flood, tls),
        ("half a ServerHello", hello[..20].to_vec(), End::Close, tls),
        ("half a ServerHello, and silence", hello[..20].to_vec(), End::Hold, late),
        ("a ServerHello, and silence", hello.clone(), End::Hold, late),
        ("a ServerHello dripping", hello.clone(), End::Drip(100), late),
        ("a ServerHello with a suite that was not offered", server_hello([0, 0x2f]), End::Close, tls),
        ("a ServerHello without a cipher", server_hello([0, 0]), End::Close, tls),
        ("a ServerHello twice", [&hello[..], &hello].concat(), End::Close, tls),
        ("a ClientHello", handshake(1, &hello[9..]), End::Close, tls),
        ("a Certificate first", handshake(11, &[0, 0, 0]), End::Close, tls),
        ("a Finished first", handshake(20, &[0; 12]), End::Close, tls),
        ("an unknown message", handshake(99, &[0; 12]), End::Close, tls),
        ("a message of 16 MB begun", record(22, &[&[11, 0xff, 0xff, 0xff][..], &[0; 1000]].concat()), End::Hold, tls),
    ]
}

#[test]
fn what_is_no_tls_handshake_ends_on_time_and_brings_no_token() {
    check_all("handshakes", &rows(), |(name, bytes, end, status)| {
        let (bytes, end) = (bytes.clone(), *end);
        let server = Peer::start(move |mut stream| {
            let _ = stream.read(&mut [0; 4096]);
            respond(stream, &bytes, end);
        });
        let client = raw::config(&format!("https://{}", server.address)).client();
        let e = call(name, &client, *status == MOMO_TIMED_OUT).unwrap_err();
        let right = e.status == *status && e.message.contains("the TLS handshake: ");
        (!right).then(|| format!("{name}: not {status:?}: {e:?}"))
    });
}
