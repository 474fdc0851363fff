//! Responses that end early, by an alert or by the end of TCP, and responses in unusual records.

use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};

use super::pki::{Certificate, Pki};
use super::records::{self, Records};
use super::server::BODY;
use crate::common::*;

/// How the body is framed: by its length, by chunks, by the end of the connection.
fn framings() -> [(&'static str, String); 3] {
    let head = |line: &str| format!("HTTP/1.1 200 OK\r\n{line}\r\n");
    let length = head(&format!("Content-Length: {}\r\n", BODY.len()));
    let size = format!("{:x}\r\n", BODY.len());
    let chunked = head("Transfer-Encoding: chunked\r\n") + &size;
    [
        ("length", length + BODY),
        ("chunks", chunked + BODY + "\r\n0\r\n\r\n"),
        ("end", head("") + BODY),
    ]
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    CloseNotify,
    /// TCP ends and TLS does not, as whoever is on the way can have it.
    Tcp,
    Alert,
}

/// None for a token, of a response that is whole or is cut in its body.
fn expected(framing: &str, end: End, is_whole: bool) -> Option<(momo_status, i32)> {
    match (framing, end, is_whole) {
        ("length" | "chunks", _, true) | ("end", End::CloseNotify, true) => None,
        // Half a JSON object, well ended.
        ("end", End::CloseNotify, false) => Some((MOMO_INVALID_RESPONSE, 200)),
        _ => Some((MOMO_CONNECTION_LOST, 200)),
    }
}

/// What a call ends with whose request is responded to so.
fn outcome(
    (pki, certificate): (&Pki, &Certificate),
    version: &'static SupportedProtocolVersion,
    respond: impl Fn(&mut Records) + Send + Sync + 'static,
) -> Result<Token, Error> {
    let server = records::serve(certificate, version, "http/1.1", move |mut records| {
        if records.read_request() {
            respond(&mut records);
            records.close();
        }
    });
    pki.create(server.port())
}

#[test]
fn a_response_that_an_alert_or_the_end_of_tcp_may_have_cut_off_is_no_token() {
    let pki = Pki::new();
    let served = (&pki, &pki.server().make());
    for ((framing, response), version) in framings().iter().flat_map(|f| [(f, &TLS12), (f, &TLS13)])
    {
        let head = response.find("\r\n\r\n").unwrap() + 4;
        for end in [End::CloseNotify, End::Tcp, End::Alert] {
            for cut in [head / 2, head + BODY.len() / 2, response.len()] {
                let text = response[..cut].to_owned();
                let outcome = outcome(served, version, move |records| {
                    records.send(text.as_bytes());
                    match end {
                        End::CloseNotify => records.close_notify(),
                        End::Tcp => {}
                        End::Alert => records.fatal_alert(),
                    }
                });
                let what = format!("{version:?} {framing} {end:?} {cut}: {outcome:?}");
                let expected = match cut < head {
                    true => Some((MOMO_CONNECTION_LOST, 0)),
                    false => expected(framing, end, cut == response.len()),
                };
                let failure = outcome.as_ref().err().map(|e| (e.status, e.http_status));
                assert_eq!(failure, expected, "{what}");
                let words = "without closing TLS first (close_notify)";
                let is_named = outcome.is_err_and(|e| e.message.contains(words));
                assert_eq!(is_named, failure.is_some() && end == End::Tcp, "{what}");
            }
        }
    }
}

#[test]
fn what_a_server_says_before_the_request_is_no_response() {
    let pki = Pki::new();
    let server = records::serve(&pki.server().make(), &TLS13, "http/1.1", |mut records| {
        records.send_early(framings()[0].1.as_bytes());
        records.read_request();
        records.close();
    });
    let words = ["before the request was sent"];
    fails(pki.create(server.port()), MOMO_INVALID_RESPONSE, &words);
}

#[test]
fn a_response_in_small_records_and_under_changing_keys_is_put_together() {
    let pki = Pki::new();
    let served = (&pki, &pki.server().make());
    for version in [&TLS12, &TLS13] {
        let outcome = outcome(served, version, move |records| {
            for byte in framings()[0].1.bytes() {
                records.send(&[byte]);
                if version == &TLS13 && byte == b'\n' {
                    records.update_key();
                }
            }
        });
        assert_eq!(outcome.unwrap().access_token, "eyJ.abc.x", "{version:?}");
    }
}
