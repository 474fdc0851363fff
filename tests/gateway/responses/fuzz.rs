//! Good responses changed at random, by a seed that is always the same; and bytes behind a good one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;

use super::rows::*;
use crate::peer::Peer;
use crate::raw;

/// splitmix64: random enough, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}

fn good() -> [Vec<u8>; 3] {
    let body = good_body();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=utf-8\r\n";
    let (first, second) = body.split_at(30);
    [
        below(head),
        format!("{head}\r\n{body}").into_bytes(),
        format!(
            "{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{first}\r\n{:x};x=y\r\n{second}\r\n0\r\n\r\n",
            first.len(),
            second.len()
        )
        .into_bytes(),
    ]
}

fn mutate(random: &mut Random, bytes: &mut Vec<u8>) {
    const PIECES: [&[u8]; 12] = [
        b"\r\n",
        b"\r\n\r\n",
        b"\n",
        b"\0",
        b":",
        b"\"",
        b"{",
        b"}",
        b"\\u0000",
        b"0\r\n\r\n",
        b"Content-Length: 5\r\n",
        b"\xff\xfe",
    ];
    let at = random.below(bytes.len());
    match random.below(7) {
        0 => bytes[at] = random.byte(),
        1 => bytes[at] ^= 1 << random.below(8),
        2 => drop(bytes.remove(at)),
        3 => bytes.insert(at, random.byte()),
        4 => {
            let piece = PIECES[random.below(PIECES.len())];
            drop(bytes.splice(at..at, piece.iter().copied()));
        }
        5 => {
            let end = (at + random.below(40)).min(bytes.len());
            drop(bytes.drain(at..end));
        }
        _ => {
            let end = (at + random.below(40)).min(bytes.len());
            let copy = bytes[at..end].to_vec();
            let to = random.below(bytes.len());
            drop(bytes.splice(to..to, copy));
        }
    }
    if bytes.is_empty() {
        bytes.push(random.byte());
    }
}

#[test]
fn three_hundred_mutations_bring_a_token_only_as_it_was_sent() {
    let mut random = Random(0x6d6f_6d6f);
    let good = good();
    let mut tokens = 0;
    for number in 0..300 {
        let mut bytes = good[number % good.len()].clone();
        for _ in 0..=random.below(3) {
            mutate(&mut random, &mut bytes);
        }
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        match outcome_of(&shown, &bytes) {
            Ok(token) => {
                tokens += 1;
                // Whatever chunks it came in: its bytes are there, in their order.
                let mut sent = bytes.iter();
                let text = token.access_token.as_bytes();
                assert!(
                    text.iter().all(|b| sent.any(|s| s == b)),
                    "{shown:?}: {token:?}"
                );
                assert!(shown.contains("access_token"), "{shown:?}: {token:?}");
                let fits = |b: &u8| b.is_ascii_alphanumeric() || b"-._~+/=".contains(b);
                assert!(text.iter().all(fits), "{shown:?}: {token:?}");
                assert!(
                    shown.contains('{') && shown.contains('}'),
                    "{shown:?}: {token:?}"
                );
            }
            Err(e) => {
                let name = format!("{:?}", e.status);
                // A changed status line may be any status; nothing of the way there has failed.
                let number = e.status as i32;
                assert!((13..=26).contains(&number), "{name}: {shown:?}");
                assert!((0..=999).contains(&e.http_status), "{shown:?}: {e:?}");
            }
        }
    }
    println!("300 mutations, {tokens} of them still a whole and valid response");
    assert!(tokens > 0, "mutations of text that nobody reads do no harm");
}

#[test]
fn a_connection_with_bytes_after_a_good_response_is_not_used_again() {
    let good = || below("HTTP/1.1 200 OK\r\n");
    let evil = || {
        let body = r#"{"access_token":"evil"}"#;
        status_and_body("200 OK", "", body)
    };
    let rows: [(&str, Vec<u8>); 6] = [
        ("a second response", evil()),
        (
            "a refusal",
            b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n".to_vec(),
        ),
        ("a line end", b"\r\n".to_vec()),
        ("a byte", b"x".to_vec()),
        ("half a second response", evil()[..30].to_vec()),
        ("a hundred responses", evil().repeat(100)),
    ];
    for (name, behind) in rows {
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let response = [good(), behind].concat();
        let server = Peer::start(move |mut stream| {
            count.fetch_add(1, Ordering::SeqCst);
            while !raw::read_head(&mut stream).is_empty() {
                raw::send(&mut stream, &response);
            }
        });
        let client = server.config().client();
        for _ in 0..3 {
            assert_eq!(client.create().unwrap().access_token, TOKEN, "{name}");
        }
        assert_eq!(connections.load(Ordering::SeqCst), 3, "{name}");
    }
}

#[test]
fn a_response_that_came_before_the_next_request_is_not_taken_for_its_own() {
    let ((go, gone), (tell, told)) = (channel(), channel());
    let both = std::sync::Mutex::new((gone, tell));
    let server = Peer::start(move |mut stream| {
        raw::read_head(&mut stream);
        raw::send(&mut stream, &below("HTTP/1.1 200 OK\r\n"));
        // The second response is sent only once the client thinks the connection idle.
        let both = both.lock().unwrap();
        let _ = both.0.recv();
        raw::send(
            &mut stream,
            &status_and_body("200 OK", "", r#"{"access_token":"evil"}"#),
        );
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
