//! Against nginx, as a second opinion on HTTP and TLS: its access log says what was asked.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use crate::child::{succeed, wait_for};
use crate::nginx::{Nginx, TOKEN, USER};
use crate::peer::{CLOSE_WAIT, Peer, tcp_states};

#[test]
fn a_token_comes_by_one_request_as_the_operation_has_it_over_tls_1_2_and_1_3() {
    for version in ["1.2", "1.3"] {
        let nginx = Nginx::start(&format!("ssl_protocols TLSv{version};"));
        let (client, port) = (nginx.config("").client(), nginx.port);
        let first = client.create().unwrap();
        let second = client.create().unwrap();
        assert_ne!(first.access_token, second.access_token);
        assert_eq!(first.access_token.len(), "eyJ..x".len() + 32);
        assert_eq!(first.lifetime, 3600);
        assert_eq!(first.token_type, "access_token");
        let log = nginx.end();
        assert_eq!(log.len(), 2, "exactly one request for each: {log:?}");
        for (line, place) in log.iter().zip(["1", "2"]) {
            assert_eq!(line["request"], "POST /disbursement/token/ HTTP/1.1");
            assert_eq!(line["status"], "200");
            assert_eq!(line["place"], place);
            assert_eq!(line["protocol"], format!("TLSv{version}"));
            let agent = concat!("libmomo/", env!("CARGO_PKG_VERSION"));
            // No Accept-Encoding, so no response to unpack; no cookie, no referrer.
            assert_eq!(line["headers"], format!(",0,localhost:{port},{agent}"));
            assert_eq!(line["gzip"], "");
        }
        let [one, other] = [&log[0]["connection"], &log[1]["connection"]];
        assert_eq!(one, other, "the connection is kept");
    }
}

#[test]
fn nginx_would_compress_for_those_who_ask() {
    let nginx = Nginx::start("");
    let mut curl = Command::new("curl");
    curl.args(["-sS", "--fail", "--compressed", "--noproxy", "*", "-XPOST"]);
    curl.args(["-H", "Ocp-Apim-Subscription-Key: sub"]);
    curl.args(["-u", &format!("{USER}:key"), "--cacert"]);
    curl.arg(nginx.ca());
    curl.arg(nginx.url() + "/disbursement/token/");
    assert!(succeed(&mut curl).contains("access_token"));
    assert_ne!(nginx.end()[0]["gzip"], "");
}

/// An origin of HTTP/1.0: its response ends when it closes, which nginx passes on in chunks.
fn http_1_0(mut stream: TcpStream) {
    let mut buffer = [0; 4096];
    let _ = stream.read(&mut buffer);
    let token = TOKEN.replace("$request_id", "0123456789");
    let head = "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n";
    let _ = stream.write_all(head.as_bytes());
    for part in token.as_bytes().chunks(7) {
        let _ = stream.write_all(part);
    }
}

#[test]
fn a_chunked_response_is_put_together_and_its_connection_kept() {
    let origin = Peer::start(http_1_0);
    let pass = format!("proxy_pass {};", origin.url("http"));
    let location = "location = /chunked/disbursement/token/";
    let nginx = Nginx::start(&format!("{location} {{ {pass} proxy_buffering off; }}"));
    let client = nginx.config("/chunked").client();
    for _ in 0..3 {
        assert_eq!(client.create().unwrap().access_token, "eyJ.0123456789.x");
    }
    assert_eq!(origin.accepted(), 3);
    let log = nginx.end();
    assert_eq!((log.len(), &log[2]["place"]), (3, &"3".into()), "{log:?}");
}

#[test]
fn a_connection_that_nginx_closes_between_calls_costs_no_call() {
    let nginx = Nginx::start("keepalive_timeout 1s;");
    let client = nginx.config("").client();
    client.create().unwrap();
    let port = nginx.port;
    wait_for("end of the kept connection", || {
        tcp_states(port).contains(&CLOSE_WAIT)
    });
    client.create().unwrap();
    let log = nginx.end();
    assert_eq!(log.len(), 2, "{log:?}");
    assert_ne!(log[0]["connection"], log[1]["connection"]);
}

#[test]
fn a_connection_that_nginx_allows_two_requests_is_replaced_in_time() {
    let nginx = Nginx::start("keepalive_requests 2;");
    let client = nginx.config("").client();
    for _ in 0..5 {
        client.create().unwrap();
    }
    let log = nginx.end();
    let places: Vec<_> = log.iter().map(|line| &line["place"]).collect();
    assert_eq!(places, ["1", "2", "1", "2", "1"]);
}
