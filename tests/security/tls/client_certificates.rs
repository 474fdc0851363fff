//! Servers that ask for a certificate of the client, which this library has none of.

use super::pki::Pki;
use super::rows::assert_refused;
use super::server::{Make, Server};
use crate::common::*;

/// In TLS 1.3 the client's handshake is over before the server refuses it, and whether its alert
/// or the end of the connection is met first is a matter of microseconds.
const TRIES: usize = 10;

#[test]
fn a_demanded_client_certificate_is_named_and_not_tried_again() {
    let pki = Pki::new();
    let root = pki.root().file.display();
    for version in ["ssl-max-ver TLSv1.2", "ssl-min-ver TLSv1.3"] {
        let options = format!("verify required ca-file {root} {version}");
        let server = Server::start(Make::Haproxy, &pki.server().make(), &options);
        for _ in 0..TRIES {
            let client = pki.config("localhost", server.port()).client();
            let error = client.create().unwrap_err();
            let words = "demands a client certificate, which this library has no option for";
            assert_refused(&error, words);
            assert_eq!(client.stats().retries, 0, "{version}");
        }
        assert_eq!(server.end().len(), 0, "{version}: the server's log");
    }
}

/// It responds in HTTP, so that what it says is for its page to tell.
#[test]
fn nginx_says_in_a_page_that_it_demands_a_client_certificate() {
    let pki = Pki::new();
    let root = pki.root().file.display();
    let options = format!("ssl_verify_client on; ssl_client_certificate {root};");
    let server = Server::start(Make::Nginx, &pki.server().make(), &options);
    let e = pki.create(server.port()).unwrap_err();
    let ended = (e.status, e.http_status);
    assert_eq!(ended, (MOMO_UNEXPECTED_STATUS, 400), "{e:?}");
    let page = "No required SSL certificate was sent";
    assert!(e.body.contains(page), "{e:?}");
}
