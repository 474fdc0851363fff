//! Good responses cut off at every byte, and connections that fail in other ways.

use super::rows::*;
use crate::common::*;

const STATUS_LINE: &str = "HTTP/1.1 200 OK\r\n";

/// Tries each beginning of a good response. It is taken if as many bytes are missing as `taken` says.
fn try_every_cut(framing: &str, body: &str, taken: &[usize], torn: Want) {
    let head = format!("{STATUS_LINE}Content-Type: application/json\r\n{framing}\r\n");
    let response = format!("{head}{body}");
    let rows = (0..=response.len()).map(|cut| {
        let want = match response.len() - cut {
            missing if missing > body.len() => LOST,
            missing if taken.contains(&missing) => Want::Token,
            _ => torn,
        };
        row(format!("cut at {cut}"), &response.as_bytes()[..cut], want)
    });
    try_all(framing, rows);
}

#[test]
fn a_response_that_ends_early_at_any_byte_is_no_token() {
    let body = good_body();
    let length = format!("Content-Length: {}\r\n", body.len());
    try_every_cut(&length, &body, &[0], TORN);
    try_every_cut("", &body, &[0], UNUSABLE);
    let (first, second) = body.split_at(20);
    let size = second.len();
    let chunks = format!("14\r\n{first}\r\n{size:x}\r\n{second}\r\n0\r\n\r\n");
    // "0\r\n" says that nothing follows; the empty line after it adds nothing, half of it is torn.
    try_every_cut("Transfer-Encoding: chunked\r\n", &chunks, &[0, 2], TORN);
}

/// Before the response, in its head and in its body.
#[test]
fn a_connection_that_fails_at_any_place_ends_the_call_on_time_and_is_no_token() {
    let response = below(STATUS_LINE);
    let mut rows = Vec::new();
    for (cut, lost, late) in [
        (0, LOST, LATE),
        (STATUS_LINE.len() + 2, LOST, LATE),
        (response.len() - 9, TORN, LATE_IN_BODY),
    ] {
        let fails =
            |want, end| row(format!("{end:?} at {cut}"), &response[..cut], want).ending(end);
        rows.extend([End::Reset, End::Shut, End::Close].map(|end| fails(lost, end)));
        rows.extend([End::Hold, End::Drip(20)].map(|end| fails(late, end)));
    }
    try_all("faults of a connection", rows);
}

#[test]
fn the_status_of_a_truncated_error_response_still_counts() {
    let rows = [
        ("401 Unauthorized", 401, MOMO_UNAUTHORIZED),
        ("404 Not Found", 404, MOMO_UNEXPECTED_STATUS),
        ("500 Failed", 500, MOMO_SERVER_ERROR),
    ];
    let rows = rows.map(|(line, http_status, status)| {
        let response = status_and_body(line, "", r#"{"error":"login_failed"}"#);
        let torn = &response[..response.len() - 5];
        row(line, torn, Want::Status(status, http_status))
    });
    try_all("truncated error responses", rows);
}
