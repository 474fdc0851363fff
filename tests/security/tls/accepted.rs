//! Certificates and versions that bring a token.

use super::pki::{Certificate, Pki};
use super::rows::{Row, TOKEN, row, try_all};
use super::server::Make::{Haproxy, Nginx};
use super::server::Server;

/// One that three others stand between and the root.
fn fourth(pki: &Pki) -> Certificate {
    let first = pki.authority("First").make();
    let second = pki.authority("Second").issuer(&first).make();
    let third = pki.authority("Third").issuer(&second).make();
    pki.server().issuer(&third).make()
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("RSA 4096", Haproxy, |pki| pki.server().key("rsa:4096").make(), TOKEN),
    row("P-256", Haproxy, |pki| pki.server().make(), TOKEN),
    row("P-384", Haproxy, |pki| pki.server().key("ec -pkeyopt ec_paramgen_curve:P-384").make(), TOKEN),
    row("Ed25519", Nginx, |pki| pki.server().key("ed25519").make(), TOKEN),
    row("issued by Ed25519", Haproxy, |pki| pki.server().issuer(&pki.authority("Edwards").key("ed25519").make()).make(), TOKEN),
    row("TLS 1.2 only", Nginx, |pki| pki.server().make(), TOKEN).with("ssl_protocols TLSv1.2;"),
    row("TLS 1.2 only, RSA", Haproxy, |pki| pki.server().key("rsa:2048").make(), TOKEN).with("ssl-max-ver TLSv1.2"),
    row("TLS 1.3 only", Nginx, |pki| pki.server().make(), TOKEN).with("ssl_protocols TLSv1.3;"),
    row("TLS 1.3 only, RSA", Haproxy, |pki| pki.server().key("rsa:2048").make(), TOKEN).with("ssl-min-ver TLSv1.3"),
    row("an intermediate whose path length is 0", Haproxy, |pki| {
        let intermediate = pki.authority("Intermediate").extension("basicConstraints", "critical,CA:TRUE,pathlen:0").make();
        pki.server().issuer(&intermediate).make()
    }, TOKEN),
    row("a chain of four", Haproxy, fourth, TOKEN),
    row("name constraints that are kept", Nginx, |pki| {
        let intermediate = pki.authority("Gateways").extension("nameConstraints", "critical,permitted;DNS:gateway.test").make();
        pki.server().extension("subjectAltName", "DNS:www.gateway.test").issuer(&intermediate).make()
    }, TOKEN).at("www.gateway.test"),
    row("wildcard", Nginx, |pki| pki.server().extension("subjectAltName", "DNS:*.gateway.test").make(), TOKEN).at("www.gateway.test"),
    row("IPv4 address", Haproxy, |pki| pki.server().extension("subjectAltName", "IP:127.0.0.1").make(), TOKEN).at("127.0.0.1"),
    row("IPv6 address", Nginx, |pki| pki.server().extension("subjectAltName", "IP:::1").make(), TOKEN).at("[::1]"),
    row("the second of its names", Haproxy, |pki| pki.server().extension("subjectAltName", "DNS:gateway.test,DNS:localhost").make(), TOKEN),
    row("an extension that is not known and not critical", Haproxy, |pki| pki.server().extension("1.2.3.4", "ASN1:NULL").make(), TOKEN),
    row("a client certificate asked for and not demanded", Nginx, |pki| pki.server().make(), TOKEN).with("ssl_verify_client optional_no_ca;"),
    row("HTTP/1.1 beside h2", Haproxy, |pki| pki.server().make(), TOKEN).with("alpn h2,http/1.1"),
];

#[test]
fn every_kind_of_good_certificate_and_both_versions_bring_a_token() {
    try_all(&Pki::new(), ROWS);
}

#[test]
fn what_ca_names_is_trusted_whatever_its_own_dates_are_and_whoever_signed_it() {
    let pki = Pki::new();
    let expired = pki.authority("Expired").self_signed();
    let expired = expired.dates("-2 days", "-1 day").make();
    let issued = pki.server().issuer(&expired).make();
    let self_signed = pki.server().self_signed().make();
    for (certificate, ca) in [(&issued, &expired), (&self_signed, &self_signed)] {
        let server = Server::start(Nginx, certificate, "");
        let config = pki.config("localhost", server.port());
        assert!(config.client().create().is_err(), "by the root");
        config.set("ca", ca.file.to_str().unwrap());
        config.client().create().unwrap();
    }
}

#[test]
fn no_connection_resumes_the_session_of_another() {
    let pki = Pki::new();
    for (make, options) in [
        (Nginx, "ssl_protocols TLSv1.2;"),
        (Nginx, "ssl_protocols TLSv1.3;"),
        (Haproxy, "ssl-max-ver TLSv1.2"),
        (Haproxy, "ssl-min-ver TLSv1.3"),
    ] {
        let server = Server::start(make, &pki.server().make(), options);
        let client = pki.config("localhost", server.port()).client();
        for _ in 0..3 {
            client.create().unwrap();
        }
        drop(client);
        assert_eq!(server.end(), [false; 3], "{make:?} {options}");
    }
}
