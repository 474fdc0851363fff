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

type Row = (&'static str, Vec<u8>, End, momo_status);

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let (tls, late) = (MOMO_TLS_FAILED, MOMO_TIMED_OUT);
    let hello = server_hello([0xc0, 0x2f]);
    let mut rows = vec![
        ("a fatal alert", record(21, &[2, 40]), End::Hold, tls),
        ("alert: close notify", record(21, &[1, 0]), End::Close, tls),
        ("alert: an unknown one", record(21, &[2, 255]), End::Close, tls),
        ("warnings for ever", record(21, &[1, 90]), End::Flood, tls),
        ("SSLv2", b"\x80\x2e\x04\0\x01\0\x02\0\x10".to_vec(), End::Close, tls),
        ("SSLv3 alert", b"\x15\x03\0\0\x02\x02\x28".to_vec(), End::Close, tls),
        ("plain http, 400", b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".to_vec(), End::Close, tls),
        ("SMTP", b"220 mail.example ESMTP\r\n".to_vec(), End::Hold, tls),
        ("NULs", vec![0; 2000], End::Close, tls),
        ("0xff for ever", vec![0xff; 64], End::Flood, tls),
        ("a record longer than allowed", [&b"\x16\x03\x03\xff\xff"[..], &[0; 20_000]].concat(), End::Hold, tls),
        ("an empty record", record(22, b""), End::Close, tls),
        ("application data first", record(23, &[1; 100]), End::Close, tls),
        ("an unknown record", record(99, &[1; 100]), End::Close, tls),
        ("changes of cipher for ever", record(20, &[1]), End::Flood, tls),
        ("a ServerHello, and silence", hello.clone(), End::Hold, late),
        ("a ServerHello with a suite that was not offered", server_hello([0, 0x2f]), End::Close, tls),
        ("a ServerHello without a cipher", server_hello([0, 0]), End::Close, tls),
        ("a ServerHello twice", [&hello[..], &hello].concat(), End::Close, tls),
        ("a ClientHello", handshake(1, &hello[9..]), End::Close, tls),
        ("a Finished first", handshake(20, &[0; 12]), End::Close, tls),
        ("an unknown message", handshake(99, &[0; 12]), End::Close, tls),
        ("a message of 16 MB begun", record(22, &[&[11, 0xff, 0xff, 0xff][..], &[0; 1000]].concat()), End::Hold, tls),
    ];
    for (what, begun) in [("nothing", 0), ("half a record header", 3), ("half a ServerHello", 20)] {
        let fails = |end, status| (what, hello[..begun].to_vec(), end, status);
        rows.extend([End::Reset, End::Shut, End::Close].map(|end| fails(end, tls)));
        rows.extend([End::Hold, End::Drip(100)].map(|end| fails(end, late)));
    }
    rows
}

#[test]
fn what_is_no_tls_handshake_ends_on_time_and_brings_no_token() {
    check_all("handshakes", &rows(), |(name, bytes, end, status)| {
        let (bytes, end) = (bytes.clone(), *end);
        let server = Peer::start(move |mut stream| {
            let _ = stream.read(&mut [0; 4096]);
            respond(stream, &bytes, end);
        });
        let client = raw::config(&server.url("https")).client();
        let e = call(name, &client, *status == MOMO_TIMED_OUT).unwrap_err();
        let right = e.status == *status && e.message.contains("the TLS handshake: ");
        (!right).then(|| format!("{name}, {end:?}: not {status:?}: {e:?}"))
    });
}
