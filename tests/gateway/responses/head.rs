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
        // Whole and valid, if odd.
        line("HTTP/1.1 200 OK", Want::Token),
        line("HTTP/1.1 200", Want::Token),
        line("HTTP/1.1 200 ", Want::Token),
        line("HTTP/1.0 200 OK", Want::Token),
        line("HTTP/1.1 200 Not Found", Want::Token),
        row("obs-text", [b"HTTP/1.1 200 \xff\xfe\r\n", &below("")[..]].concat(), Want::Token),
        row("line feeds alone", below("HTTP/1.1 200 OK\n"), Want::Token),
        row("empty lines first", below("\r\n\r\nHTTP/1.1 200 OK\r\n"), Want::Token),
        row("nothing", "", LOST),
        row("endless status line", "HTTP/1.1 200 ".to_owned() + &"O".repeat(100_000), BROKEN),
        row("the body alone, as HTTP/0.9", good_body(), BROKEN),
    ];
    for broken in [
        "HTTP/2.0 200 OK",
        "HTTP/2 200 OK",
        "HTTP/1.2 200 OK",
        "HTTP/0.9 200 OK",
        "HTTP/3 200",
        "HTTP/11 200 OK",
        "HTTP/1 200 OK",
        "http/1.1 200 OK",
        "HTTPS/1.1 200 OK",
        "ICY 200 OK",
        "HTTP/1.1  200 OK",
        "HTTP/1.1\t200 OK",
        " HTTP/1.1 200 OK",
        "HTTP/1.1 20 OK",
        "HTTP/1.1 2000 OK",
        "HTTP/1.1 -200 OK",
        "HTTP/1.1 abc OK",
        "HTTP/1.1 2x0 OK",
        "HTTP/1.1 000 OK",
        "HTTP/1.1 099 OK",
        "HTTP/1.1 99 OK",
        "HTTP/1.1 OK",
        "HTTP/1.1",
        "HTTP/1.1 200 O\0K",
        "HTTP/1.1 200 O\rK",
        "HTTP/1.1 200 \u{7}",
        "POST / HTTP/1.1",
        "\0\0\0\0\0\0\0\0",
        "SSH-2.0-OpenSSH_9.6",
        "220 mail.example ESMTP",
        "+OK POP3 ready",
        "-ERR unknown command 'POST'",
        "\u{15}\u{3}\u{3}\0\u{2}\u{2}F",
        "<html><body>It works!</body></html>",
        "PRI * HTTP/2.0",
    ] {
        rows.push(line(broken, BROKEN));
    }
    try_all("status lines", &rows);
}

#[test]
fn a_status_other_than_200_brings_no_token() {
    use momo_status as S;
    let status = |code: i32| match code {
        401 => S::MOMO_UNAUTHORIZED,
        403 => S::MOMO_FORBIDDEN,
        429 => S::MOMO_RATE_LIMITED,
        500..=599 => S::MOMO_SERVER_ERROR,
        _ => S::MOMO_UNEXPECTED_STATUS,
    };
    let codes = [
        101, 201, 202, 203, 206, 207, 226, 299, 300, 303, 305, 308, 400, 401, 403, 405, 407, 408,
        410, 411, 413, 421, 425, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 507, 511, 520,
        599, 600, 666, 999,
    ];
    let row = |code: i32| {
        line(
            &format!("HTTP/1.1 {code} X"),
            Want::Status(status(code), code),
        )
    };
    let mut rows: Vec<_> = codes.into_iter().map(row).collect();
    for code in [204, 304] {
        rows.push(row(code));
    }
    try_all("statuses", &rows);
}

#[test]
fn interim_responses_are_passed_over_while_there_is_time() {
    let good = || String::from_utf8(below("HTTP/1.1 200 OK\r\n")).unwrap();
    let hundred = "HTTP/1.1 100 Continue\r\n\r\n";
    let hints = "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n";
    #[rustfmt::skip]
    let rows = [
        row("100", format!("{hundred}{}", good()), Want::Token),
        row("102", format!("HTTP/1.1 102 P\r\n\r\n{}", good()), Want::Token),
        row("103", format!("{hints}{}", good()), Want::Token),
        row("199", format!("HTTP/1.1 199 X\r\n\r\n{}", good()), Want::Token),
        row("a thousand 100", hundred.repeat(1000) + &good(), Want::Token),
        row("a thousand 103", hints.repeat(1000) + &good(), Want::Token),
        row("100 and the end", hundred, LOST),
        row("103 and silence", hints, LATE).ending(End::Hold),
        row("100 for ever", hundred, LATE).ending(End::Flood),
        row("103 for ever", hints, LATE).ending(End::Flood),
        row("100 dripping", hundred.repeat(9), LATE).ending(End::Drip(100)),
        row("100 then nonsense", format!("{hundred}nonsense"), BROKEN),
        row("100 with header lines", format!("HTTP/1.1 100 C\r\nA: b\r\n\r\n{}", good()), Want::Token),
        row("102 with 128 header lines, some folded", format!("HTTP/1.1 102 P\r\n{}\r\n{}", "A: b\r\n c\r\n".repeat(128), good()), Want::Token),
        row("100 with lengths", format!("HTTP/1.1 100 C\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n{}", good()), Want::Token),
        row("100 with a broken header line", format!("HTTP/1.1 100 C\r\nno colon\r\n\r\n{}", good()), BROKEN),
    ];
    try_all("interim responses", &rows);
}

#[test]
fn header_lines_are_well_formed_and_few_or_there_is_no_token() {
    let header = |name: &str, lines: &str, want| {
        row(name, below(&format!("HTTP/1.1 200 OK\r\n{lines}")), want)
    };
    let many = |count: usize| -> String { (0..count).map(|n| format!("X-{n}: y\r\n")).collect() };
    let long = |length: usize| format!("X: {}\r\n", "y".repeat(length));
    let bytes = |bytes: &[u8]| [b"HTTP/1.1 200 OK\r\n", bytes, &below("")].concat();
    #[rustfmt::skip]
    let mut rows = vec![
        header("an empty value", "X:\r\n", Want::Token),
        header("blanks around a value", "X: \t y \t \r\n", Want::Token),
        header("a hundred", &many(100), Want::Token),
        header("127 and one", &many(127), Want::Token),
        header("15,000 bytes", &long(15_000), Want::Token),
        header("line feeds alone", "X: y\nZ: w\n", Want::Token),
        row("a value of latin-1", bytes(b"X: \xe9\xff\r\n"), Want::Token),
        header("a value of UTF-8", "X: \u{e9}\u{4e2d}\r\n", Want::Token),
        header("Location at 200", "Location: http://127.0.0.1:1/\r\n", Want::Token),
        header("Refresh", "Refresh: 0; url=http://127.0.0.1:1/\r\n", Want::Token),
        header("a type that is not JSON", "Content-Type: text/html\r\n", Want::Token),
        header("a charset", "Content-Type: text/plain; charset=utf-16\r\n", Want::Token),
        header("Connection of both kinds", "Connection: keep-alive, close\r\n", Want::Token),
        header("Upgrade", "Connection: upgrade\r\nUpgrade: h2c\r\n", Want::Token),
        header("a coding that nobody asked for", "Content-Encoding: gzip\r\n", UNUSABLE),
        header("no coding", "Content-Encoding: identity\r\n", Want::Token),
        header("a folded line", "X: a\r\n over lines\r\n", Want::Token),
        header("a line folded by tabs, twice", "X: a\r\n\tb\r\n \t c\r\n", Want::Token),
        header("a folded line without text", "X:\r\n \r\n", Want::Token),
        header("a folded coding", "Content-Encoding:\r\n gzip\r\n", UNUSABLE),
        header("129", &many(128), BROKEN),
        header("10,000", &many(10_000), BROKEN),
        header("100 KB", &long(100_000), BROKEN),
        header("a name of 70 KB", &format!("{}: y\r\n", "X".repeat(70_000)), BROKEN),
        row("header lines for ever", "X: y\r\n", BROKEN).ending(End::Flood),
        row("no end", format!("HTTP/1.1 200 OK\r\nX: {}", "y".repeat(1000)), LATE).ending(End::Hold),
        row("no empty line", "HTTP/1.1 200 OK\r\nX: y\r\n", LOST),
        row("dripping", below("HTTP/1.1 200 OK\r\n"), LATE).ending(End::Drip(100)),
        row("NUL in a value", bytes(b"X: a\0b\r\n"), BROKEN),
        row("NUL in a name", bytes(b"X\0Y: a\r\n"), BROKEN),
        row("latin-1 in a name", bytes(b"X\xe9: a\r\n"), BROKEN),
        row("CR in a value", bytes(b"X: a\rb\r\n"), BROKEN),
        row("DEL in a value", bytes(b"X: a\x7fb\r\n"), BROKEN),
    ];
    for broken in [
        "no colon",
        ": no name",
        "X : blank before the colon",
        " X: blank before the name",
        "(X): y",
        "X,Y: z",
        "\"X\": y",
        "X\u{0}",
        "=",
    ] {
        rows.push(header(broken, &format!("{broken}\r\n"), BROKEN));
    }
    try_all("header lines", &rows);
}
