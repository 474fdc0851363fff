//! Status lines, interim responses and header lines of all broken kinds.

use super::rows::*;
use crate::common::*;

fn line(line: &str, want: Want) -> Row {
    row(format!("{line:?}"), below(&format!("{line}\r\n")), want)
}

#[test]
fn a_status_line_is_one_of_http_1_or_there_is_no_token() {
    #[rustfmt::skip]
    let mut rows = vec![
        row("obs-text", [b"HTTP/1.1 200 \xff\xfe\r\n", &below("")[..]].concat(), Want::Token),
        row("line feeds alone", below("HTTP/1.1 200 OK\n"), Want::Token),
        row("empty lines first", below("\r\n\r\nHTTP/1.1 200 OK\r\n"), Want::Token),
        row("endless status line", "HTTP/1.1 200 ".to_owned() + &"O".repeat(100_000), BROKEN),
        row("the body alone, as HTTP/0.9", good_body(), BROKEN),
    ];
    #[rustfmt::skip]
    let odd = ["HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.0 200 OK", "HTTP/1.1 200 Not Found"];
    rows.extend(odd.map(|odd| line(odd, Want::Token)));
    #[rustfmt::skip]
    let broken = [
        "HTTP/2.0 200 OK", "HTTP/2 200 OK", "HTTP/1.2 200 OK", "HTTP/0.9 200 OK", "HTTP/11 200 OK",
        "HTTP/1 200 OK", "http/1.1 200 OK", "HTTPS/1.1 200 OK", "ICY 200 OK", "HTTP/1.1  200 OK",
        "HTTP/1.1\t200 OK", " HTTP/1.1 200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK",
        "HTTP/1.1 -200 OK", "HTTP/1.1 2x0 OK", "HTTP/1.1 000 OK", "HTTP/1.1 099 OK", "HTTP/1.1 OK",
        "HTTP/1.1", "HTTP/1.1 200 O\0K", "HTTP/1.1 200 O\rK", "HTTP/1.1 200 \u{7}",
        "POST / HTTP/1.1", "\0\0\0\0\0\0\0\0", "220 mail.example ESMTP", "PRI * HTTP/2.0",
        "\u{15}\u{3}\u{3}\0\u{2}\u{2}F", "<html><body>It works!</body></html>",
    ];
    rows.extend(broken.map(|broken| line(broken, BROKEN)));
    try_all("status lines", rows);
}

/// Those that HTTP libraries treat in their own way. What each status means is for a unit test.
#[test]
fn a_status_other_than_200_brings_no_token() {
    let codes = [
        101, 201, 203, 204, 206, 226, 299, 300, 304, 305, 399, 408, 417, 421, 426, 431, 600, 999,
    ];
    let status = |code| Want::Status(MOMO_UNEXPECTED_STATUS, code);
    let row = |code| line(&format!("HTTP/1.1 {code} X"), status(code));
    try_all("statuses", codes.map(row));
}

#[test]
fn interim_responses_are_passed_over_while_there_is_time() {
    let good = String::from_utf8(below("HTTP/1.1 200 OK\r\n")).unwrap();
    let hundred = "HTTP/1.1 100 Continue\r\n\r\n";
    let hints = "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n";
    let folded = format!("HTTP/1.1 102 P\r\n{}\r\n", "A: b\r\n c\r\n".repeat(128));
    #[rustfmt::skip]
    let rows = [
        row("1xx", format!("{hundred}{hints}{folded}HTTP/1.1 199 X\r\n\r\n{good}"), Want::Token),
        row("a thousand 103", hints.repeat(1000) + &good, Want::Token),
        row("100 with lengths", format!("HTTP/1.1 100 C\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n{good}"), Want::Token),
        row("100 with a broken header line", format!("HTTP/1.1 100 C\r\nno colon\r\n\r\n{good}"), BROKEN),
        row("100 and the end", hundred, LOST),
        row("103 and silence", hints, LATE),
        row("103 for ever", hints, LATE).ending(End::Flood),
        row("100 dripping", hundred.repeat(9), LATE).ending(End::Drip(100)),
        row("100 then nonsense", format!("{hundred}nonsense"), BROKEN),
    ];
    try_all("interim responses", rows);
}

#[test]
fn header_lines_are_well_formed_and_few_or_there_is_no_token() {
    let raw = |lines: &[u8]| [b"HTTP/1.1 200 OK\r\n", lines, b"\r\n", &below("")].concat();
    let header = |name: &str, lines: &str, want| row(name, raw(lines.as_bytes()), want);
    let many = |count: usize| -> String { "X: y\r\n".repeat(count - 1) + "X: y" };
    // Nobody asked for these, and none changes what the body is.
    let ignored = "Location: http://127.0.0.1:1/\r\nRefresh: 0; url=http://127.0.0.1:1/\r\n\
                   Content-Type: text/html; charset=utf-16\r\nConnection: keep-alive, close, upgrade\r\n\
                   Upgrade: h2c\r\nContent-Encoding: Identity";
    #[rustfmt::skip]
    let mut rows = vec![
        header("what is ignored", ignored, Want::Token),
        header("blanks around a value, or alone", "X: \t y \t \r\nY:", Want::Token),
        header("127 and one", &many(127), Want::Token),
        header("129", &many(128), BROKEN),
        header("line feeds alone", "X: y\nZ: w", Want::Token),
        header("folded lines", "X: a\r\n\tb\r\n \t c\r\nY:\r\n ", Want::Token),
        header("a coding that nobody asked for", "Content-Encoding: gzip", UNUSABLE),
        header("a folded coding", "Content-Encoding:\r\n\tgzip", UNUSABLE),
        header("a name of 70 KB", &format!("{}: y", "X".repeat(70_000)), BROKEN),
        header("a value of UTF-8", "X: \u{e9}\u{4e2d}", Want::Token),
        row("a value of latin-1", raw(b"X: \xe9\xff"), Want::Token),
        row("latin-1 in a name", raw(b"X\xe9: a"), BROKEN),
        row("header lines for ever", "X: y\r\n", BROKEN).ending(End::Flood),
        row("no end", "HTTP/1.1 200 OK\r\nX: y", LATE),
        row("no empty line", "HTTP/1.1 200 OK\r\nX: y\r\n", LOST),
        row("dripping", below("HTTP/1.1 200 OK\r\n"), LATE).ending(End::Drip(100)),
    ];
    #[rustfmt::skip]
    let broken = [
        "no colon", ": no name", "X : blank before the colon", " X: blank before the name", "(X): y",
        "X,Y: z", "\"X\": y", "X\0Y: a", "=", "X: a\0b", "X: a\rb", "X: a\x7fb",
    ];
    rows.extend(broken.map(|broken| header(broken, broken, BROKEN)));
    try_all("header lines", rows);
}
