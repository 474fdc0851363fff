//! Lengths and chunks that lie.

use super::rows::*;

fn framed(name: &str, headers: &str, body: &str, want: Want) -> Row {
    let name = if name.is_empty() { headers } else { name };
    row(
        name,
        format!("HTTP/1.1 200 OK\r\n{headers}\r\n{body}"),
        want,
    )
}

#[test]
fn a_content_length_that_is_wrong_brings_no_token() {
    let body = good_body();
    let length = body.len();
    let with = |value: &str, want| framed("", &format!("Content-Length: {value}\r\n"), &body, want);
    #[rustfmt::skip]
    let mut rows = vec![
        with(&length.to_string(), Want::Token),
        with(&format!("  {length}  "), Want::Token),
        with(&format!("000{length}"), Want::Token),
        with(&format!("{length}\r\nContent-Length: {length}"), Want::Token),
        with(&format!("{length}, {length}"), Want::Token),
        with(&(length - 1).to_string(), UNUSABLE),
        with("0", UNUSABLE),
        with("1", UNUSABLE),
        with(&(length + 1).to_string(), TORN),
        with("65536", TORN),
        with("65537", TORN),
        with("1000000000000", TORN),
        with("18446744073709551615", TORN),
        with(&(length + 1).to_string(), LATE_IN_BODY).ending(End::Hold),
        with("9223372036854775807", LATE_IN_BODY).ending(End::Hold),
        with("18446744073709551616", BROKEN),
        with(&"9".repeat(1000), BROKEN),
        with(&format!("{length}\r\nContent-Length: {}", length + 1), BROKEN),
        with(&format!("{}\r\nContent-Length: {length}", length - 1), BROKEN),
        with(&format!("{length}, {}", length + 1), BROKEN),
        with(&format!("{length};"), BROKEN),
    ];
    for value in [
        "-1",
        "+77",
        "0x4d",
        "77abc",
        "1e2",
        "7 7",
        "77.0",
        "\u{667}\u{667}",
        "NaN",
        "",
        ",",
        "-0",
    ] {
        rows.push(with(value, BROKEN));
    }
    try_all("content lengths", &rows);
}

#[test]
fn a_transfer_coding_is_chunked_and_stands_alone() {
    let body = good_body();
    let chunks = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let length = body.len();
    #[rustfmt::skip]
    let rows = [
        framed("both", &format!("Transfer-Encoding: chunked\r\nContent-Length: {length}\r\n"), &chunks, UNUSABLE),
        framed("both, length 3", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", &chunks, UNUSABLE),
        framed("both, a bad length", "Content-Length: x\r\nTransfer-Encoding: chunked\r\n", &chunks, BROKEN),
        framed("in capitals", "TRANSFER-ENCODING: CHUNKED\r\n", &chunks, Want::Token),
        framed("twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", &chunks, BROKEN),
        framed("", "Transfer-Encoding: chunked, gzip\r\n", &chunks, BROKEN),
        framed("", "Transfer-Encoding: gzip, chunked\r\n", &chunks, BROKEN),
        framed("", "Transfer-Encoding: chunked;q=1\r\n", &chunks, BROKEN),
        framed("folded, in blanks", "Transfer-Encoding:\r\n  chunked \r\n", &chunks, Want::Token),
        framed("empty", "Transfer-Encoding:\r\n", &body, BROKEN),
        framed("said, but plain", "Transfer-Encoding: chunked\r\n", &body, TORN),
        framed("not said", "", &chunks, UNUSABLE),
        framed("another", "Transfer-Encoding: xchunked\r\n", &chunks, BROKEN),
        framed("identity", "Transfer-Encoding: identity\r\n", &body, Want::Token),
        framed("gzip, but plain", "Transfer-Encoding: gzip\r\n", &body, BROKEN),
        row("in HTTP/1.0", format!("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"), BROKEN),
        framed("the end is the connection's", "", &body, Want::Token),
        framed("the end never comes", "", &body, LATE_IN_BODY).ending(End::Hold),
    ];
    try_all("transfer codings", &rows);
}

#[test]
fn a_malformed_chunk_brings_no_token() {
    let body = good_body();
    let size = format!("{:x}", body.len());
    let chunked = |name: &str, chunks: String, want| {
        framed(name, "Transfer-Encoding: chunked\r\n", &chunks, want)
    };
    let sized = |size: &str, want| chunked(size, format!("{size}\r\n{body}\r\n0\r\n\r\n"), want);
    let after =
        |name: &str, tail: &str, want| chunked(name, format!("{size}\r\n{body}{tail}"), want);
    let bytewise: String = body.chars().map(|c| format!("1\r\n{c}\r\n")).collect();
    let small = "10\r\n0123456789abcdef\r\n";
    #[rustfmt::skip]
    let rows = vec![
        sized(&size, Want::Token),
        sized(&size.to_uppercase(), Want::Token),
        sized(&format!("00000{size}"), Want::Token),
        sized(&format!("{size};a=b"), Want::Token),
        sized(&format!("{size} ; a=\"b\""), Want::Token),
        chunked("byte by byte", format!("{bytewise}0\r\n\r\n"), Want::Token),
        after("trailers", "\r\n0\r\nX: y\r\nZ: w\r\n\r\n", Want::Token),
        after("a thousand trailers", &format!("\r\n0\r\n{}\r\n", "X: y\r\n".repeat(1000)), Want::Token),
        after("a trailer that is no header", "\r\n0\r\nno colon\r\n\r\n", Want::Token),
        after("the last chunk, then the end", "\r\n0\r\n", Want::Token),
        after("a last chunk of zeros", "\r\n0000\r\n\r\n", Want::Token),
        after("a second response behind", "\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", Want::Token),
        sized(&format!("{}{size}", "0".repeat(300)), Want::Token),
        sized(&format!("{size};name={}", "x".repeat(30)), Want::Token),
        sized(&format!("{size};name={}", "x".repeat(15_000)), Want::Token),
        sized(&format!("{size};name={}", "x".repeat(17_000)), UNUSABLE),
        chunked(
            "long extensions, in 9 chunks and the last one",
            format!(
                "{}{:x};b\r\n{}\r\n0;{}\r\n\r\n",
                body[..9]
                    .chars()
                    .map(|c| format!("1;{}\r\n{c}\r\n", "a".repeat(9000)))
                    .collect::<String>(),
                body.len() - 9,
                &body[9..],
                "c".repeat(9000)
            ),
            Want::Token,
        ),
        sized(&format!("+{size}"), UNUSABLE),
        sized(&format!(" {size}"), UNUSABLE),
        sized(&format!("\t{size}"), UNUSABLE),
        sized(&format!("\u{b}{size}"), UNUSABLE),
        sized(&format!("{size}\u{a0}"), UNUSABLE),
        sized(&format!("{size}_"), UNUSABLE),
        sized(&format!("{size} "), UNUSABLE),
        sized(&format!("{size} 1"), UNUSABLE),
        sized(&format!("{size};a\nb"), UNUSABLE),
        sized(&format!("{size};a\rb"), UNUSABLE),
        chunked("an endless extension", format!("{size};{}", "x".repeat(100_000)), UNUSABLE),
        after("an endless trailer", &format!("\r\n0\r\nX: {}", "y".repeat(100_000)), UNUSABLE),
        sized("zz", UNUSABLE),
        sized("-5", UNUSABLE),
        sized("0x4d", UNUSABLE),
        sized("", UNUSABLE),
        sized(" ", UNUSABLE),
        sized(";", UNUSABLE),
        sized("4 d", UNUSABLE),
        sized("\0", UNUSABLE),
        sized("\u{664}", UNUSABLE),
        sized("10000000000000000", UNUSABLE),
        sized("fffffffffffffffffffffffffff", UNUSABLE),
        sized("ffffffffffffffff", TORN),
        sized("7fffffffffffffff", TORN),
        sized("ffff", TORN),
        sized("1", UNUSABLE),
        chunked("a size too small by one", format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len() - 1), UNUSABLE),
        chunked("a size too large by one", format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len() + 1), UNUSABLE),
        chunked("sizes end in line feeds", format!("{size}\n{body}\n0\n\n"), TORN),
        after("no line end after the data", "0\r\n\r\n", UNUSABLE),
        after("a line feed after the data", "\n0\r\n\r\n", UNUSABLE),
        after("no last chunk", "\r\n", TORN),
        after("no last chunk, and silence", "\r\n", LATE_IN_BODY).ending(End::Hold),
        after("the last chunk without its end", "\r\n0\r\n", LATE_IN_BODY).ending(End::Hold),
        after("half a last chunk", "\r\n0", TORN),
        after("a bad chunk behind", "\r\nzz\r\n", UNUSABLE),
        after("garbage in another chunk", "\r\n1\r\nx\r\n0\r\n\r\n", UNUSABLE),
        chunked("a last chunk at once", "0\r\n\r\n".to_owned(), UNUSABLE),
        chunked("nothing", String::new(), TORN),
        chunked("more than 64 KiB", format!("{}0\r\n\r\n", small.repeat(5000)), UNUSABLE),
        chunked("more than 64 KiB without end", small.repeat(5000), UNUSABLE).ending(End::Flood),
        chunked("dripping", format!("{bytewise}0\r\n\r\n"), LATE).ending(End::Drip(100)),
    ];
    try_all("chunks", &rows);
}
