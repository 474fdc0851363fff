//! Responses that end early, by an alert or by the end of TCP, and responses in unusual records.

use rustls::version::{TLS12, TLS13};

use super::pki::Pki;
use super::records::{self, BODY, Records};
use crate::common::*;

#[derive(Clone, Copy, Debug)]
enum Framing {
    Length,
    Chunks,
    /// The body ends when the connection does.
    Close,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    CloseNotify,
    /// TCP ends and TLS does not, as whoever is on the way can have it.
    Tcp,
    Alert,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cut {
    InHead,
    InBody,
    Nowhere,
}

impl Framing {
    /// Head and body.
    fn response(self) -> (String, String) {
        let (header, body) = match self {
            Self::Length => (
                format!("Content-Length: {}\r\n", BODY.len()),
                BODY.to_owned(),
            ),
            Self::Chunks => (
                "Transfer-Encoding: chunked\r\n".to_owned(),
                format!("{:x}\r\n{BODY}\r\n0\r\n\r\n", BODY.len()),
            ),
            Self::Close => (String::new(), BODY.to_owned()),
        };
        (format!("HTTP/1.1 200 OK\r\n{header}\r\n"), body)
    }
}

/// None for a token.
fn expected(framing: Framing, end: End, cut: Cut) -> Option<(momo_status, i32)> {
    match (framing, end, cut) {
        (_, _, Cut::InHead) => Some((MOMO_CONNECTION_LOST, 0)),
        (Framing::Length | Framing::Chunks, _, Cut::Nowhere) => None,
        (Framing::Close, End::CloseNotify, Cut::Nowhere) => None,
        // Half a JSON object, well ended.
        (Framing::Close, End::CloseNotify, Cut::InBody) => Some((MOMO_INVALID_RESPONSE, 200)),
        _ => Some((MOMO_CONNECTION_LOST, 200)),
    }
}

fn respond(mut records: Records, framing: Framing, end: End, cut: Cut) {
    let (head, body) = framing.response();
    let all = format!("{head}{body}");
    let sent = match cut {
        Cut::InHead => head.len() / 2,
        Cut::InBody => head.len() + body.len() / 2,
        Cut::Nowhere => all.len(),
    };
    records.send(&all.as_bytes()[..sent]);
    match end {
        End::CloseNotify => records.close_notify(),
        End::Tcp => {}
        End::Alert => records.fatal_alert(),
    }
    records.close();
}

#[test]
fn a_response_that_an_alert_or_the_end_of_tcp_may_have_cut_off_is_no_token() {
    let pki = Pki::new();
    let certificate = pki.server().make();
    let mut tried = 0;
    for version in [&TLS12, &TLS13] {
        for framing in [Framing::Length, Framing::Chunks, Framing::Close] {
            for end in [End::CloseNotify, End::Tcp, End::Alert] {
                for cut in [Cut::InHead, Cut::InBody, Cut::Nowhere] {
                    let server = records::serve(&certificate, version, move |records| {
                        respond(records, framing, end, cut);
                    });
                    let outcome = records::config(&server, &pki).client().create();
                    let failure = outcome.as_ref().err().map(|e| (e.status, e.http_status));
                    let what = format!("{version:?} {framing:?} {end:?} {cut:?}: {outcome:?}");
                    assert_eq!(failure, expected(framing, end, cut), "{what}");
                    let Err(e) = outcome else { continue };
                    let ended = e
                        .message
                        .contains("without closing TLS first (close_notify)");
                    assert_eq!(ended, end == End::Tcp, "{what}");
                    tried += 1;
                }
            }
        }
    }
    assert_eq!(tried, 2 * 20);
}

#[test]
fn what_a_server_says_before_the_request_is_no_response() {
    const EARLY: &[u8] =
        b"HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n{\"access_token\":\"evil\"}";
    let pki = Pki::new();
    let server = records::serve_after(&pki.server().make(), &TLS13, EARLY, |mut records| {
        let (head, body) = Framing::Length.response();
        records.send(format!("{head}{body}").as_bytes());
        records.close();
    });
    let error = records::config(&server, &pki)
        .client()
        .create()
        .unwrap_err();
    assert_eq!(error.status, MOMO_INVALID_RESPONSE, "{error:?}");
    assert!(
        error.message.contains("before the request was sent"),
        "{error:?}"
    );
}

#[test]
fn a_response_in_records_of_one_byte_is_put_together() {
    let pki = Pki::new();
    for version in [&TLS12, &TLS13] {
        let server = records::serve(&pki.server().make(), version, |mut records| {
            let (head, body) = Framing::Length.response();
            for byte in head.bytes().chain(body.bytes()) {
                records.send(&[byte]);
            }
            records.close();
        });
        let token = records::config(&server, &pki).client().create().unwrap();
        assert_eq!(token.access_token, "eyJ.abc.x", "{version:?}");
    }
}

#[test]
fn a_key_update_within_a_response_changes_nothing() {
    let pki = Pki::new();
    let server = records::serve(&pki.server().make(), &TLS13, |mut records| {
        let (head, body) = Framing::Length.response();
        for part in [head.as_str(), &body[..10], &body[10..]] {
            records.send(part.as_bytes());
            records.update_key();
        }
        records.close();
    });
    let token = records::config(&server, &pki).client().create().unwrap();
    assert_eq!(token.access_token, "eyJ.abc.x");
}
