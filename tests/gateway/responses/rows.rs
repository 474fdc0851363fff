//! A row of hostile bytes, and how it is tried.

use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::common::*;
use crate::peer::{Peer, resetting};
use crate::raw;

pub(crate) const TOKEN: &str = "abc.DEF-123_~+/==";

pub(crate) fn good_body() -> String {
    format!(r#"{{"access_token":"{TOKEN}","token_type":"access_token","expires_in":3600}}"#)
}

/// The good body, whole, below `head`: status line and header lines, each with its line end.
pub(crate) fn below(head: &str) -> Vec<u8> {
    let body = good_body();
    format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

pub(crate) fn status_and_body(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// What the client sends is still read.
    Close,
    /// Both directions end.
    Shut,
    Reset,
    /// The connection stays open in silence.
    Hold,
    /// The bytes come one at a time, each so many ms.
    Drip(u64),
    /// The bytes come again and again.
    Flood,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Want {
    /// The response is whole and valid: its token, [`TOKEN`], is given.
    Token,
    /// No token, and this status and HTTP status.
    Status(momo_status, i32),
}

impl Want {
    fn times_out(self) -> bool {
        [LATE, LATE_IN_BODY].contains(&self)
    }
}

pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) end: End,
    pub(crate) want: Want,
}

/// Ends in silence if the call is to time out, and else with the connection.
pub(crate) fn row(name: impl Into<String>, bytes: impl Into<Vec<u8>>, want: Want) -> Row {
    let end = if want.times_out() {
        End::Hold
    } else {
        End::Close
    };
    let (name, bytes) = (name.into(), bytes.into());
    Row {
        name,
        bytes,
        end,
        want,
    }
}

impl Row {
    pub(crate) fn ending(mut self, end: End) -> Self {
        self.end = end;
        self
    }

    /// Whether an error says where the response stopped.
    fn has_place(&self, error: &Error) -> bool {
        let stopped = self.want.times_out() || [LOST, TORN].contains(&self.want);
        let place = match self.bytes.len() {
            0 => "waiting for the response: ",
            _ => "reading the response: ",
        };
        !stopped || error.message.starts_with(place)
    }
}

/// No HTTP at all, or too much of it.
pub(crate) const BROKEN: Want = Want::Status(MOMO_INVALID_RESPONSE, 0);
/// A 200 without a usable token.
pub(crate) const UNUSABLE: Want = Want::Status(MOMO_INVALID_RESPONSE, 200);
/// The end came in the head, and in the body.
pub(crate) const LOST: Want = Want::Status(MOMO_CONNECTION_LOST, 0);
pub(crate) const TORN: Want = Want::Status(MOMO_CONNECTION_LOST, 200);
pub(crate) const LATE: Want = Want::Status(MOMO_TIMED_OUT, 0);
pub(crate) const LATE_IN_BODY: Want = Want::Status(MOMO_TIMED_OUT, 200);

/// Sends these bytes, and ends so.
pub(crate) fn respond(mut stream: TcpStream, bytes: &[u8], end: End) {
    match end {
        End::Drip(pause) => return raw::drip(&mut stream, bytes, ms(pause)),
        End::Flood => return raw::flood(&mut stream, bytes),
        _ => raw::send(&mut stream, bytes),
    }
    match end {
        End::Close => raw::close(stream),
        End::Reset => resetting(stream),
        End::Hold => raw::hold(&mut stream),
        _ => drop(stream),
    }
}

/// A call that is to time out has two seconds, in which a slow client comes to what it waits for. Any
/// other has a minute, and needs next to nothing of it.
pub(crate) fn call(name: &str, client: &Client, times_out: bool) -> Result<Token, Error> {
    let start = Instant::now();
    let outcome = client.create_within(if times_out { 2000 } else { -1 });
    assert!(start.elapsed() < SOON, "{name}: {:?}", start.elapsed());
    outcome
}

/// What a call ended with, after the checks that hold for every response there can be.
fn outcome_of(row: &Row) -> Result<Token, Error> {
    let (name, response, end) = (&row.name, row.bytes.clone(), row.end);
    let server = Peer::start(move |mut stream| {
        raw::read_head(&mut stream);
        respond(stream, &response, end);
    });
    let outcome = call(name, &server.config().client(), row.want.times_out());
    if let Err(e) = &outcome {
        assert_ne!(e.status, MOMO_INTERNAL, "{name}: {e:?}");
        assert!(e.code.len() <= 128, "{name}: {e:?}");
        assert!(!e.code.contains(char::is_control), "{name}: {e:?}");
        assert!(!e.body.contains(char::is_control), "{name}: {e:?}");
        let success = (200..300).contains(&e.http_status);
        assert!(e.body.is_empty() || !success, "{name}: {e:?}");
    }
    outcome
}

/// Checks every row, several at a time, since those that time out only wait; tells of all that are
/// wrong, not of the first.
pub(crate) fn check_all<R: Sync>(
    kind: &str,
    rows: &[R],
    check: impl Fn(&R) -> Option<String> + Sync,
) {
    const WORKERS: usize = 12;
    println!("{kind}: {} rows", rows.len());
    let next = AtomicUsize::new(0);
    let wrong = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let line = check(row);
                    wrong.lock().unwrap().extend(line);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{kind}:\n{}", wrong.join("\n"));
}

pub(crate) fn try_all(kind: &str, rows: impl IntoIterator<Item = Row>) {
    let rows: Vec<Row> = rows.into_iter().collect();
    check_all(kind, &rows, |row| {
        let outcome = outcome_of(row);
        let right = match (&outcome, row.want) {
            (Ok(token), Want::Token) => token.access_token == TOKEN,
            (Err(e), Want::Status(status, http_status)) => {
                (e.status, e.http_status) == (status, http_status) && row.has_place(e)
            }
            _ => false,
        };
        let Row {
            name, end, want, ..
        } = row;
        (!right).then(|| format!("{name}, {end:?}: not {want:?}: {outcome:?}"))
    });
}
