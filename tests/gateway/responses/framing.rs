//! Lengths and chunks that lie.

use super::rows::*;

/// 200s of this head and body, one with each of the texts in place of `*`. `$` is the good body, `#`
/// its length, `<` one less and `>` one more, as `number` writes them.
fn each(template: &str, number: fn(usize) -> String, texts: &[&str], want: Want) -> Vec<Row> {
    let good = good_body();
    let [less, length, more] = [good.len() - 1, good.len(), good.len() + 1].map(number);
    let framed = |text: &&str| {
        let signs = [
            ("*", *text),
            ("#", &length),
            ("<", &less),
            (">", &more),
            ("$", &good),
        ];
        let begin = "HTTP/1.1 200 OK\r\n".to_owned();
        let put = |text: String, (sign, value): (&str, &str)| text.replace(sign, value);
        row(
            format!("{text:.60}"),
            signs.into_iter().fold(begin + template, put),
            want,
        )
    };
    texts.iter().map(framed).collect()
}

fn hexadecimal(number: usize) -> String {
    format!("{number:x}")
}

#[test]
fn a_content_length_that_is_wrong_brings_no_token() {
    let template = "Content-Length: *\r\n\r\n$";
    let with = |values: &[&str], want| each(template, |n| n.to_string(), values, want);
    #[rustfmt::skip]
    let rows = [
        with(&["#", "  #  ", "000#", "#\r\nContent-Length: #", "#, #"], Want::Token),
        with(&["<", "0"], UNUSABLE),
        with(&[">", "65536", "65537", "18446744073709551615"], TORN),
        with(&[">", "9223372036854775807"], LATE_IN_BODY),
        with(&["18446744073709551616", &"9".repeat(1000)], BROKEN),
        with(&["#\r\nContent-Length: >", "<\r\nContent-Length: #", "#, >"], BROKEN),
        with(&["#;", "-1", "+77", "0x4d", "77abc", "1e2", "7 7", "77.0", "\u{667}", "", ",", "-0"], BROKEN),
    ];
    try_all("content lengths", rows.into_iter().flatten());
}

#[test]
fn a_transfer_coding_is_chunked_and_stands_alone() {
    let bodies = |template, texts: &[&str], want| each(template, hexadecimal, texts, want);
    let with = |lines, want| bodies("*\r\n\r\n#\r\n$\r\n0\r\n\r\n", lines, want);
    let chunks = "#\r\n$\r\n0\r\n\r\n";
    #[rustfmt::skip]
    let rows = [
        with(&["Transfer-Encoding: chunked\r\nContent-Length: 77"], UNUSABLE),
        with(&["Content-Length: 3\r\nTransfer-Encoding: chunked"], UNUSABLE),
        with(&["Content-Length: x\r\nTransfer-Encoding: chunked"], BROKEN),
        with(&["TRANSFER-ENCODING: CHUNKED", "Transfer-Encoding:\r\n  chunked "], Want::Token),
        with(&["Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"], BROKEN),
        with(&["transfer-encoding: chunked, gzip", "Transfer-Encoding: gzip, chunked"], BROKEN),
        with(&["transfer-encoding: chunked;q=1", "Transfer-Encoding:"], BROKEN),
        with(&["Transfer-Encoding: xchunked", "Transfer-Encoding: gzip"], BROKEN),
        bodies("Transfer-Encoding: identity\r\n\r\n*", &["$"], Want::Token),
        bodies("Transfer-Encoding: chunked\r\n\r\n*", &["$"], TORN),
        bodies("\r\n*", &[chunks], UNUSABLE),
        // The end is the connection's, and never comes.
        bodies("\r\n*", &["$"], Want::Token),
        bodies("\r\n*", &["$"], LATE_IN_BODY),
        vec![row("1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", BROKEN)],
    ];
    try_all("transfer codings", rows.into_iter().flatten());
}

#[test]
fn a_malformed_chunk_brings_no_token() {
    const HEAD: &str = "Transfer-Encoding: chunked\r\n\r\n";
    let chunks = |chunks: &[&str], want| each(&format!("{HEAD}*"), hexadecimal, chunks, want);
    let sizes = format!("{HEAD}*\r\n$\r\n0\r\n\r\n");
    let sizes = |texts: &[&str], want| each(&sizes, hexadecimal, texts, want);
    let ends = format!("{HEAD}#\r\n$*");
    let ends = |texts: &[&str], want| each(&ends, hexadecimal, texts, want);
    let body = good_body();
    let in_pieces = |extension: &str| {
        let piece = |c| format!("1{extension}\r\n{c}\r\n");
        body.chars().map(piece).collect::<String>() + "0\r\n\r\n"
    };
    let bytewise = in_pieces("");
    // Longer than all buffers together.
    let extended = in_pieces(&format!(";{}", "a".repeat(1000)));
    let large = "10\r\n0123456789abcdef\r\n".repeat(5000);
    let endless = format!("HTTP/1.1 200 OK\r\n{HEAD}{large}");
    let extension = |length| format!("#;name={}", "x".repeat(length));
    let zeros = "0".repeat(300) + "#";
    let trailers = format!("\r\n0\r\n{}\r\n", "X: y\r\n".repeat(1000));
    let endless_trailer = format!("\r\n0\r\nX: {}", "y".repeat(100_000));
    #[rustfmt::skip]
    let rows = [
        chunks(&[&bytewise, &extended], Want::Token),
        chunks(&["0\r\n\r\n", &format!("{large}0\r\n\r\n"), &extension(100_000)], UNUSABLE),
        chunks(&["", "#\n$\n0\n\n"], TORN),
        chunks(&["#\r\n$\r\n", "#\r\n$\r\n0\r\n"], LATE_IN_BODY),
        sizes(&["#", "00000#", &zeros, "#;a=b", "# ; a=\"b\"", &extension(15_000)], Want::Token),
        sizes(&["ffffffffffffffff", "7fffffffffffffff", "ffff"], TORN),
        sizes(&["1", "<", ">", "10000000000000000", &extension(17_000)], UNUSABLE),
        sizes(&["+#", " #", "\t#", "\u{b}#", "#\u{a0}", "#_", "# ", "# 1", "#;a\nb", "#;a\rb"], UNUSABLE),
        sizes(&["zz", "-5", "0x4d", "", ";", "4 d", "\0", "\u{664}"], UNUSABLE),
        ends(&["\r\n0\r\n", "\r\n0000\r\n\r\n", &trailers, "\r\n0\r\nno colon\r\n\r\n"], Want::Token),
        ends(&["\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"], Want::Token),
        ends(&["0\r\n\r\n", "\n0\r\n\r\n", "\r\nzz\r\n", "\r\n1\r\nx\r\n0\r\n\r\n"], UNUSABLE),
        ends(&[&endless_trailer], UNUSABLE),
        ends(&["\r\n", "\r\n0"], TORN),
        vec![row("without end", endless, UNUSABLE).ending(End::Flood)],
    ];
    try_all("chunks", rows.into_iter().flatten());
}
