//! Certificates and versions that bring a token.

use super::pki::{Certificate, Pki};
use super::server::{Make, Server};
use crate::peer::{Peer, tunnelling};

struct Row {
    what: &'static str,
    make: Make,
    options: &'static str,
    host: &'static str,
    certificate: fn(&Pki) -> Certificate,
}

const fn row(
    what: &'static str,
    make: Make,
    options: &'static str,
    host: &'static str,
    certificate: fn(&Pki) -> Certificate,
) -> Row {
    Row {
        what,
        make,
        options,
        host,
        certificate,
    }
}

/// One that three others stand between and the root.
fn fourth(pki: &Pki) -> Certificate {
    let first = pki.authority("First").make();
    let second = pki.authority("Second").issuer(&first).make();
    let third = pki.authority("Third").issuer(&second).make();
    pki.server().issuer(&third).make()
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("RSA 2048", Make::Stunnel, "", "localhost", |pki| pki.server().key("rsa:2048").make()),
    row("RSA 3072", Make::Nginx, "", "localhost", |pki| pki.server().key("rsa:3072").make()),
    row("RSA 4096", Make::Haproxy, "", "localhost", |pki| pki.server().key("rsa:4096").make()),
    row("P-256", Make::OpenSsl, "", "localhost", |pki| pki.server().make()),
    row("P-384", Make::Haproxy, "", "localhost", |pki| pki.server().key("ec -pkeyopt ec_paramgen_curve:P-384").make()),
    row("Ed25519", Make::Nginx, "", "localhost", |pki| pki.server().key("ed25519").make()),
    row("issued by Ed25519", Make::OpenSsl, "", "localhost", |pki| pki.server().issuer(&pki.authority("Edwards").key("ed25519").make()).make()),
    row("TLS 1.2 only", Make::Nginx, "ssl_protocols TLSv1.2;", "localhost", |pki| pki.server().make()),
    row("TLS 1.2 only, RSA", Make::OpenSsl, "-tls1_2", "localhost", |pki| pki.server().key("rsa:2048").make()),
    row("TLS 1.3 only", Make::Stunnel, "sslVersionMin = TLSv1.3", "localhost", |pki| pki.server().make()),
    row("TLS 1.3 only, RSA", Make::Haproxy, "ssl-min-ver TLSv1.3", "localhost", |pki| pki.server().key("rsa:2048").make()),
    row("an intermediate", Make::Stunnel, "", "localhost", |pki| pki.server().issuer(&pki.authority("Intermediate").make()).make()),
    row("an intermediate whose path length is 0", Make::Haproxy, "", "localhost", |pki| {
        let intermediate = pki.authority("Intermediate").extension("basicConstraints", "critical,CA:TRUE,pathlen:0").make();
        pki.server().issuer(&intermediate).make()
    }),
    row("a chain of four", Make::OpenSsl, "", "localhost", fourth),
    row("a chain of four, too", Make::Nginx, "", "localhost", fourth),
    row("name constraints that are kept", Make::Nginx, "", "www.gateway.test", |pki| {
        let intermediate = pki.authority("Gateways").extension("nameConstraints", "critical,permitted;DNS:gateway.test").make();
        pki.server().extension("subjectAltName", "DNS:www.gateway.test").issuer(&intermediate).make()
    }),
    row("wildcard", Make::Nginx, "", "www.gateway.test", |pki| pki.server().extension("subjectAltName", "DNS:*.gateway.test").make()),
    row("IPv4 address", Make::Haproxy, "", "127.0.0.1", |pki| pki.server().extension("subjectAltName", "IP:127.0.0.1").make()),
    row("IPv6 address", Make::Stunnel, "", "[::1]", |pki| pki.server().extension("subjectAltName", "IP:::1").make()),
    row("the second of its names", Make::OpenSsl, "", "localhost", |pki| pki.server().extension("subjectAltName", "DNS:gateway.test,DNS:localhost").make()),
    row("an extension that is not known and not critical", Make::Haproxy, "", "localhost", |pki| pki.server().extension("1.2.3.4", "ASN1:NULL").make()),
    row("a client certificate asked for and not demanded", Make::Nginx, "ssl_verify_client optional_no_ca;", "localhost", |pki| pki.server().make()),
    row("HTTP/1.1 beside h2", Make::Haproxy, "alpn h2,http/1.1", "localhost", |pki| pki.server().make()),
];

#[test]
fn every_kind_of_good_certificate_and_both_versions_bring_a_token() {
    let pki = Pki::new();
    let proxy = Peer::start(tunnelling);
    for Row {
        what,
        make,
        options,
        host,
        certificate,
    } in ROWS
    {
        let server = Server::start(*make, &certificate(&pki), options);
        let config = server.config(&pki, host);
        if !matches!(*host, "localhost" | "127.0.0.1") {
            config.set("proxy", &proxy.url("http"));
        }
        let token = config.client().create();
        let token = token.unwrap_or_else(|e| panic!("{what}: {}", e.message));
        assert!(token.access_token.starts_with("eyJ."), "{what}");
        assert_eq!(server.end().requests, 1, "{what}: the server's log");
    }
    assert!(proxy.accepted() >= 3, "names went through the proxy");
}

#[test]
fn what_ca_names_is_trusted_whatever_its_own_dates_are_and_whoever_signed_it() {
    let pki = Pki::new();
    let expired = pki.authority("Expired").self_signed();
    let expired = expired.dates("-2 days", "-1 day").make();
    let issued = pki.server().issuer(&expired).make();
    let self_signed = pki.server().self_signed().make();
    for (certificate, ca) in [(&issued, &expired), (&self_signed, &self_signed)] {
        let server = Server::start(Make::Nginx, certificate, "");
        let config = server.config(&pki, "localhost");
        assert!(config.client().create().is_err(), "by the root");
        config.set("ca", ca.file.to_str().unwrap());
        config.client().create().unwrap();
    }
}

#[test]
fn no_connection_resumes_the_session_of_another() {
    let pki = Pki::new();
    for (make, options) in [
        (Make::Nginx, "ssl_protocols TLSv1.2;"),
        (Make::Nginx, "ssl_protocols TLSv1.3;"),
        (Make::Haproxy, "ssl-max-ver TLSv1.2"),
        (Make::Haproxy, "ssl-min-ver TLSv1.3"),
        (Make::Stunnel, "sslVersionMax = TLSv1.2"),
        (Make::Stunnel, "sslVersionMin = TLSv1.3"),
    ] {
        let server = Server::start(make, &pki.server().make(), options);
        let client = server.config(&pki, "localhost").client();
        for _ in 0..3 {
            client.create().unwrap();
        }
        drop(client);
        let seen = server.end();
        assert_eq!((seen.requests, seen.resumed), (3, 0), "{make:?} {options}");
    }
}
