//! Certificates and protocols that are refused: by the rule that each breaks, at the first attempt,
//! and before a byte of the request is sent.

use rustls::version::{TLS12, TLS13};

use super::pki::{Certificate, Draft, Pki};
use super::records;
use super::rows::{Row, assert_refused, row, try_all};
use super::server::Make::{Haproxy, Nginx};
use super::server::Server;

fn named<'a>(pki: &'a Pki, names: &'a str) -> Draft<'a> {
    pki.server().extension("subjectAltName", names)
}

/// Signed by a key that is not the root's.
fn forged(pki: &Pki) -> Certificate {
    pki.server().issuer(&pki.impostor()).make()
}

const EXPIRED: &str = "it has expired";
const OTHER_NAME: &str = "it is not for this host name";
const UNKNOWN_ISSUER: &str = "its issuer is not trusted";
const NO_CA: &str = "one of its issuers is not a certificate authority (CA:FALSE)";
const PATH: &str = "more authorities stand between it and a trusted one than are allowed";
const CONSTRAINED: &str = "one of its issuers must not issue it for this name";
const NOTHING_IN_COMMON: &str = "no cipher suite, curve or kind of key in common";
const SHORT: &str =
    "an RSA key, its own or that of an authority above it, is shorter than 2048 bits";
const FORGED: &str = "a signature does not match its key";
const OLD: &str = "speaks neither TLS 1.2 nor TLS 1.3";

#[rustfmt::skip]
const VALIDITY_AND_NAMES: &[Row] = &[
    row("expired", Haproxy, |pki| pki.server().dates("-2 days", "-1 day").make(), EXPIRED),
    row("expired intermediate", Nginx, |pki| pki.server().issuer(&pki.authority("Expired").dates("-2 days", "-1 day").make()).make(), EXPIRED),
    row("not yet valid", Haproxy, |pki| pki.server().dates("+1 day", "+2 days").make(), "it is not valid yet"),
    row("another host", Nginx, |pki| named(pki, "DNS:elsewhere.test").make(), OTHER_NAME),
    row("a subdomain", Nginx, |pki| named(pki, "DNS:www.gateway.test").make(), OTHER_NAME).at("gateway.test"),
    row("wildcard over two labels", Nginx, |pki| named(pki, "DNS:*.gateway.test").make(), OTHER_NAME).at("a.b.gateway.test"),
    row("wildcard for the domain itself", Haproxy, |pki| named(pki, "DNS:*.gateway.test").make(), OTHER_NAME).at("gateway.test"),
    row("partial wildcard", Nginx, |pki| named(pki, "DNS:w*.gateway.test").make(), OTHER_NAME).at("www.gateway.test"),
    row("an address without an address in it", Haproxy, |pki| pki.server().make(), OTHER_NAME).at("127.0.0.1"),
    row("an address as a name", Haproxy, |pki| named(pki, "DNS:127.0.0.1").make(), OTHER_NAME).at("127.0.0.1"),
    row("another address", Nginx, |pki| named(pki, "IP:127.0.0.2,IP:::1").make(), OTHER_NAME).at("127.0.0.1"),
    row("another IPv6 address", Nginx, |pki| named(pki, "IP:127.0.0.1,IP:::2").make(), OTHER_NAME).at("[::1]"),
    row("the name as common name only", Haproxy, |pki| pki.server().without("subjectAltName").make(), OTHER_NAME),
    row("5000 names", Nginx, |pki| {
        let names: Vec<_> = (0..5000).map(|n| format!("DNS:n{n}.gateway.test")).collect();
        named(pki, &names.join(",")).make()
    }, "certificates of more than 64 KiB"),
];

#[rustfmt::skip]
const ISSUERS: &[Row] = &[
    row("self-signed", Nginx, |pki| pki.server().self_signed().make(), UNKNOWN_ISSUER),
    row("self-signed, as an authority", Haproxy, |pki| pki.server().extension("basicConstraints", "CA:TRUE").self_signed().make(), "it is an authority's own (CA:TRUE)"),
    row("an unknown authority", Haproxy, |pki| pki.server().issuer(&pki.authority("Unknown").self_signed().make()).make(), UNKNOWN_ISSUER),
    row("a missing intermediate", Haproxy, |pki| pki.server().issuer(&pki.authority("Missing").make()).make().alone(), UNKNOWN_ISSUER),
    row("an issuer that is no authority", Nginx, |pki| pki.server().issuer(&pki.server().make()).make(), NO_CA),
    row("an issuer that does not say", Haproxy, |pki| pki.server().issuer(&pki.authority("Silent").without("basicConstraints").make()).make(), NO_CA),
    row("path length exceeded", Nginx, |pki| {
        let last = pki.authority("Last").extension("basicConstraints", "critical,CA:TRUE,pathlen:0").make();
        pki.server().issuer(&pki.authority("One too many").issuer(&last).make()).make()
    }, PATH),
    row("name constraints, permitted", Haproxy, |pki| pki.server().issuer(&pki.authority("Others").extension("nameConstraints", "critical,permitted;DNS:elsewhere.test").make()).make(), CONSTRAINED),
    row("name constraints, excluded", Haproxy, |pki| pki.server().issuer(&pki.authority("All others").extension("nameConstraints", "critical,excluded;DNS:localhost").make()).make(), CONSTRAINED),
    row("for clients only", Nginx, |pki| pki.server().extension("extendedKeyUsage", "clientAuth").make(), "it is not for servers (extended key usage)"),
    row("an unknown critical extension", Nginx, |pki| pki.server().extension("1.2.3.4", "critical,ASN1:NULL").make(), "has a critical extension that is not supported"),
    row("an issuer whose key is not for certificates", Haproxy, |pki| pki.server().issuer(&pki.authority("Signs no certificates").extension("keyUsage", "critical,digitalSignature,cRLSign").make()).make(), "is not for signing certificates (key usage)"),
    row("X.509 version 1", Haproxy, |pki| pki.draft("localhost").make(), "it is not of X.509 version 3"),
];

#[rustfmt::skip]
const ALGORITHMS: &[Row] = &[
    row("signed with SHA-1", Nginx, |pki| pki.server().digest("sha1").make(), "is signed by an algorithm that is too weak (SHA-1, say)"),
    row("signed with SHA-1, RSA", Nginx, |pki| pki.server().issuer(&pki.authority("RSA").key("rsa:2048").make()).digest("sha1").make(), "is signed by an algorithm that is too weak (SHA-1, say)"),
    row("RSA 1024", Nginx, |pki| pki.server().key("rsa:1024").make(), SHORT),
    row("issued by RSA 1024", Nginx, |pki| pki.server().issuer(&pki.authority("Short").key("rsa:1024").make()).make(), SHORT),
    row("issued by RSA 2040", Nginx, |pki| pki.server().issuer(&pki.authority("Nearly").key("rsa:2040").make()).make(), SHORT),
    row("forged beside an unrelated short key", Nginx, |pki| forged(pki).beside(&pki.authority("Unrelated").key("rsa:1024").make()), FORGED),
    row("forged beside a short key that signed itself", Nginx, |pki| forged(pki).beside(&pki.authority("Unrelated").key("rsa:1024").self_signed().make()), FORGED),
    row("secp256k1", Haproxy, |pki| pki.server().key("ec -pkeyopt ec_paramgen_curve:secp256k1").make(), NOTHING_IN_COMMON),
    row("P-521", Haproxy, |pki| pki.server().key("ec -pkeyopt ec_paramgen_curve:P-521").make(), NOTHING_IN_COMMON),
    row("issued by P-521", Nginx, |pki| pki.server().issuer(&pki.authority("Long").key("ec -pkeyopt ec_paramgen_curve:P-521").make()).make(), "is signed with a kind of key that is not supported"),
    row("forged", Nginx, forged, FORGED),
];

#[rustfmt::skip]
const PROTOCOLS: &[Row] = &[
    row("TLS 1.1 only", Nginx, |pki| pki.server().make(), OLD).with("ssl_protocols TLSv1.1;"),
    row("TLS 1.0 only", Haproxy, |pki| pki.server().key("rsa:2048").make(), OLD).with("ssl-min-ver TLSv1.0 ssl-max-ver TLSv1.0"),
    row("RSA key exchange only", Haproxy, |pki| pki.server().key("rsa:2048").make(), NOTHING_IN_COMMON).with("ssl-max-ver TLSv1.2 ciphers AES256-GCM-SHA384"),
    row("CBC only", Haproxy, |pki| pki.server().make(), NOTHING_IN_COMMON).with("ssl-max-ver TLSv1.2 ciphers ECDHE-ECDSA-AES256-SHA384"),
];

#[test]
fn a_certificate_of_another_time_or_name_is_refused() {
    try_all(&Pki::new(), VALIDITY_AND_NAMES);
}

#[test]
fn a_certificate_that_its_issuer_was_not_to_issue_so_is_refused() {
    try_all(&Pki::new(), ISSUERS);
}

#[test]
fn a_weak_or_broken_signature_is_refused() {
    try_all(&Pki::new(), ALGORITHMS);
    let rsa = row("forged, RSA", Haproxy, forged, FORGED);
    try_all(&Pki::with_key("rsa:2048"), &[rsa]);
    let short = row("a short root", Nginx, |pki| pki.server().make(), SHORT);
    try_all(&Pki::with_key("rsa:1024"), &[short]);
    let pki = Pki::new();
    let alone = pki.server().key("rsa:1024").self_signed().make();
    let server = Server::start(Nginx, &alone, "");
    let config = pki.config("localhost", server.port());
    config.set("ca", alone.file.to_str().unwrap());
    assert_refused(&config.client().create().unwrap_err(), SHORT);
}

/// By a server that no other make would start.
#[test]
fn a_handshake_that_another_key_has_signed_is_refused() {
    let pki = Pki::new();
    let certificate = pki.server().make().with_key_of(&pki.server().make());
    for version in [&TLS12, &TLS13] {
        let server = records::serve(&certificate, version, "http/1.1", |mut records| {
            records.read_request();
        });
        assert_refused(&pki.create(server.port()).unwrap_err(), FORGED);
    }
}

#[test]
fn a_protocol_that_is_too_old_or_another_is_refused() {
    let pki = Pki::new();
    try_all(&pki, PROTOCOLS);
    let server = records::serve(&pki.server().make(), &TLS13, "h2", |mut records| {
        records.read_request();
    });
    let error = pki.create(server.port()).unwrap_err();
    assert_refused(&error, "does not offer HTTP/1.1 (ALPN)");
}
