//! Good responses cut off at every byte.

use super::rows::*;
use crate::common::*;

/// A good response, and where its head ends.
fn response(framing: &str, body: &str) -> (String, usize) {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{framing}\r\n");
    (format!("{head}{body}"), head.len())
}

/// Each beginning of the response, and what it brings.
fn try_every_cut(what: &str, response: &str, want: impl Fn(usize) -> Want) {
    let cut_at = |cut| {
        let torn = &response.as_bytes()[..cut];
        row(format!("cut at {cut}"), torn, want(cut))
    };
    let rows: Vec<_> = (0..=response.len()).map(cut_at).collect();
    try_all(what, &rows);
}

#[test]
fn a_response_with_a_length_is_taken_only_whole() {
    let body = good_body();
    let (response, head) = response(&format!("Content-Length: {}\r\n", body.len()), &body);
    let want = |cut| match cut {
        _ if cut < head => LOST,
        _ if cut < response.len() => TORN,
        _ => Want::Token,
    };
    try_every_cut("torn with a length", &response, want);
}

#[test]
fn a_chunked_response_is_taken_once_its_last_chunk_began() {
    let body = good_body();
    let (first, second) = body.split_at(20);
    let chunks = format!(
        "14\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
        second.len()
    );
    let (response, head) = response("Transfer-Encoding: chunked\r\n", &chunks);
    // "0\r\n" says that nothing follows; the empty line after it adds nothing, half of it is torn.
    let whole = response.len() - 2;
    let want = |cut| match cut {
        _ if cut < head => LOST,
        _ if cut < whole || cut == response.len() - 1 => TORN,
        _ => Want::Token,
    };
    try_every_cut("torn in chunks", &response, want);
}

#[test]
fn a_response_that_ends_with_the_connection_is_taken_only_as_whole_json() {
    let (response, head) = response("", &good_body());
    let want = |cut| match cut {
        _ if cut < head => LOST,
        _ if cut < response.len() => UNUSABLE,
        _ => Want::Token,
    };
    try_every_cut("torn without a length", &response, want);
}

#[test]
fn the_status_of_a_truncated_error_response_still_counts() {
    let body = r#"{"error":"login_failed"}"#;
    let response = |status| String::from_utf8(status_and_body(status, "", body)).unwrap();
    let rows = [
        ("401 Unauthorized", 401, MOMO_UNAUTHORIZED),
        ("403 Forbidden", 403, MOMO_FORBIDDEN),
        ("404 Not Found", 404, MOMO_UNEXPECTED_STATUS),
        ("429 Too Many", 429, MOMO_RATE_LIMITED),
        ("500 Failed", 500, MOMO_SERVER_ERROR),
    ];
    let rows: Vec<_> = rows
        .iter()
        .map(|(line, http, status)| {
            let response = response(line);
            let torn = &response.as_bytes()[..response.len() - 5];
            row(*line, torn, Want::Status(*status, *http))
        })
        .collect();
    try_all("truncated error responses", &rows);
}
