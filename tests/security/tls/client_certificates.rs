//! Servers that ask for a certificate of the client, which this library has none of.

use super::pki::Pki;
use super::server::{Make, Server};
use crate::common::*;

/// In TLS 1.3 the client's handshake is over before the server refuses it, and whether its alert
/// or the end of the connection is met first is a matter of microseconds.
const TRIES: usize = 10;

#[test]
fn a_demanded_client_certificate_is_named_and_not_tried_again() {
    let pki = Pki::new();
    let root = pki.root().file.display();
    #[rustfmt::skip]
    let rows = [
        (Make::Haproxy, format!("verify required ca-file {root} ssl-max-ver TLSv1.2")),
        (Make::Haproxy, format!("verify required ca-file {root} ssl-min-ver TLSv1.3")),
        (Make::Stunnel, format!("verifyChain = yes\nCAfile = {root}\nsslVersionMax = TLSv1.2")),
        (Make::Stunnel, format!("verifyChain = yes\nCAfile = {root}\nsslVersionMin = TLSv1.3")),
        (Make::OpenSsl, format!("-Verify 1 -CAfile {root} -tls1_2")),
        (Make::OpenSsl, format!("-Verify 1 -CAfile {root} -tls1_3")),
    ];
    for (make, options) in rows {
        let what = format!("{make:?} {options}");
        let server = Server::start(make, &pki.server().make(), &options);
        for _ in 0..TRIES {
            let client = server.config(&pki, "localhost").client();
            let e = client.create().unwrap_err();
            assert_eq!(
                (e.status, e.http_status),
                (MOMO_TLS_FAILED, 0),
                "{what}: {e:?}"
            );
            let words =
                "the server demands a client certificate, which this library has no option for";
            assert!(e.message.contains(words), "{what}: {e:?}");
            assert!(e.message.contains("attempt 1 of 3"), "{what}: {e:?}");
            assert_eq!(client.stats().retries, 0, "{what}");
        }
        assert_eq!(server.end().requests, 0, "{what}: the server's log");
    }
}

/// It responds in HTTP, so that what it says is for its page to tell.
#[test]
fn nginx_says_in_a_page_that_it_demands_a_client_certificate() {
    let pki = Pki::new();
    let options = format!(
        "ssl_verify_client on; ssl_client_certificate {};",
        pki.root().file.display()
    );
    let server = Server::start(Make::Nginx, &pki.server().make(), &options);
    let e = server
        .config(&pki, "localhost")
        .client()
        .create()
        .unwrap_err();
    assert_eq!(
        (e.status, e.http_status),
        (MOMO_UNEXPECTED_STATUS, 400),
        "{e:?}"
    );
    let page = "No required SSL certificate was sent";
    assert!(e.body.contains(page), "{e:?}");
}

#[test]
fn a_client_certificate_that_is_asked_for_and_not_demanded_changes_nothing() {
    let pki = Pki::new();
    let root = pki.root().file.display();
    #[rustfmt::skip]
    let rows = [
        (Make::Nginx, format!("ssl_verify_client optional; ssl_client_certificate {root};")),
        (Make::Haproxy, format!("verify optional ca-file {root}")),
        (Make::OpenSsl, format!("-verify 1 -CAfile {root}")),
    ];
    for (make, options) in rows {
        let server = Server::start(make, &pki.server().make(), &options);
        let token = server.config(&pki, "localhost").client().create();
        assert!(token.is_ok(), "{make:?}: {token:?}");
        assert_eq!(server.end().requests, 1);
    }
}
