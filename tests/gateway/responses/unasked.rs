//! Bytes that come when no request has asked for them.

use std::sync::mpsc::channel;

use super::rows::*;
use crate::peer::Peer;
use crate::raw;

fn good() -> Vec<u8> {
    below("HTTP/1.1 200 OK\r\n")
}

fn evil() -> Vec<u8> {
    status_and_body("200 OK", "", r#"{"access_token":"evil"}"#)
}

#[test]
fn a_connection_with_bytes_after_a_good_response_is_not_used_again() {
    let refusal = status_and_body("401 No", "", "");
    let half = &evil()[..30];
    let hundred = evil().repeat(100);
    for behind in [&evil(), &refusal, &b"\r\n"[..], b"x", half, &hundred] {
        let response = [&good(), behind].concat();
        let server = Peer::start(move |mut stream| {
            while !raw::read_head(&mut stream).is_empty() {
                raw::send(&mut stream, &response);
            }
        });
        let client = server.config().client();
        let shown = String::from_utf8_lossy(behind);
        for _ in 0..3 {
            assert_eq!(client.create().unwrap().access_token, TOKEN, "{shown}");
        }
        assert_eq!(server.accepted(), 3, "{shown}");
    }
}

#[test]
fn a_connection_with_half_a_chunk_after_a_response_without_a_body_is_not_used_again() {
    let server = Peer::start(|mut stream| {
        while !raw::read_head(&mut stream).is_empty() {
            let head = b"HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n1";
            raw::send(&mut stream, head);
        }
    });
    let client = server.config().client();
    client.create().unwrap_err();
    client.create().unwrap_err();
    assert_eq!(server.accepted(), 2);
}

#[test]
fn a_response_that_came_before_the_next_request_is_not_taken_for_its_own() {
    let ((go, gone), (tell, told)) = (channel(), channel());
    let both = std::sync::Mutex::new((gone, tell));
    let server = Peer::start(move |mut stream| {
        raw::read_head(&mut stream);
        raw::send(&mut stream, &good());
        // The second response is sent only once the client thinks the connection idle.
        let both = both.lock().unwrap();
        let _ = both.0.recv();
        raw::send(&mut stream, &evil());
        both.1.send(()).unwrap();
        drop(both);
        raw::hold(&mut stream);
    });
    let client = server.config().client();
    assert_eq!(client.create().unwrap().access_token, TOKEN);
    go.send(()).unwrap();
    told.recv().unwrap();
    // The other connection says nothing more.
    go.send(()).unwrap();
    assert_eq!(client.create().unwrap().access_token, TOKEN);
}
