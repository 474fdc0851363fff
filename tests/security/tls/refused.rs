//! Certificates and protocols that are refused: by the rule that each breaks, at the first attempt,
//! and before a byte of the request is sent.

use super::pki::{Certificate, Draft, Pki};
use super::server::{MAKES, Make, Server};
use crate::common::*;
use crate::peer::{Peer, tunnelling};

struct Row {
    what: &'static str,
    make: Make,
    options: &'static str,
    host: &'static str,
    certificate: fn(&Pki) -> Certificate,
    /// The rule, in the message.
    words: &'static str,
}

/// By a good server's certificate that is changed.
const fn row(
    what: &'static str,
    make: Make,
    certificate: fn(&Pki) -> Certificate,
    words: &'static str,
) -> Row {
    Row {
        what,
        make,
        // Some of these certificates are too weak for a server to serve by its own default.
        options: match make {
            Make::Nginx => "ssl_ciphers DEFAULT@SECLEVEL=0;",
            Make::Haproxy => "ciphers DEFAULT@SECLEVEL=0",
            Make::Stunnel => "securityLevel = 0",
            Make::OpenSsl => "-cipher DEFAULT@SECLEVEL=0",
        },
        host: "localhost",
        certificate,
        words,
    }
}

impl Row {
    const fn at(self, host: &'static str) -> Self {
        Self { host, ..self }
    }

    const fn with(self, options: &'static str) -> Self {
        Self { options, ..self }
    }
}

fn named<'a>(pki: &'a Pki, names: &'a str) -> Draft<'a> {
    pki.server().extension("subjectAltName", names)
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
    row("expired", Make::Haproxy, |pki| pki.server().dates("-2 days", "-1 day").make(), EXPIRED),
    row("expired intermediate", Make::Stunnel, |pki| pki.server().issuer(&pki.authority("Expired").dates("-2 days", "-1 day").make()).make(), EXPIRED),
    row("not yet valid", Make::OpenSsl, |pki| pki.server().dates("+1 day", "+2 days").make(), "it is not valid yet"),
    row("another host", Make::Stunnel, |pki| named(pki, "DNS:elsewhere.test").make(), OTHER_NAME),
    row("a subdomain", Make::Nginx, |pki| named(pki, "DNS:www.gateway.test").make(), OTHER_NAME).at("gateway.test"),
    row("wildcard over two labels", Make::Nginx, |pki| named(pki, "DNS:*.gateway.test").make(), OTHER_NAME).at("a.b.gateway.test"),
    row("wildcard for the domain itself", Make::Haproxy, |pki| named(pki, "DNS:*.gateway.test").make(), OTHER_NAME).at("gateway.test"),
    row("partial wildcard", Make::Stunnel, |pki| named(pki, "DNS:w*.gateway.test").make(), OTHER_NAME).at("www.gateway.test"),
    row("an address without an address in it", Make::OpenSsl, |pki| pki.server().make(), OTHER_NAME).at("127.0.0.1"),
    row("an address as a name", Make::Haproxy, |pki| named(pki, "DNS:127.0.0.1").make(), OTHER_NAME).at("127.0.0.1"),
    row("another address", Make::Nginx, |pki| named(pki, "IP:127.0.0.2,IP:::1").make(), OTHER_NAME).at("127.0.0.1"),
    row("another IPv6 address", Make::Stunnel, |pki| named(pki, "IP:127.0.0.1,IP:::2").make(), OTHER_NAME).at("[::1]"),
    row("the name as common name only", Make::OpenSsl, |pki| pki.server().without("subjectAltName").make(), OTHER_NAME),
];

#[rustfmt::skip]
const ISSUERS: &[Row] = &[
    row("self-signed", Make::Nginx, |pki| pki.server().self_signed().make(), UNKNOWN_ISSUER),
    row("self-signed, as an authority", Make::Haproxy, |pki| pki.server().extension("basicConstraints", "CA:TRUE").self_signed().make(), "it is an authority's own (CA:TRUE)"),
    row("an unknown authority", Make::OpenSsl, |pki| pki.server().issuer(&pki.authority("Unknown").self_signed().make()).make(), UNKNOWN_ISSUER),
    row("a missing intermediate", Make::Haproxy, |pki| pki.server().issuer(&pki.authority("Missing").make()).make().alone(), UNKNOWN_ISSUER),
    row("an issuer that is no authority", Make::Stunnel, |pki| pki.server().issuer(&pki.server().make()).make(), NO_CA),
    row("an issuer that does not say", Make::OpenSsl, |pki| pki.server().issuer(&pki.authority("Silent").without("basicConstraints").make()).make(), NO_CA),
    row("path length exceeded", Make::Nginx, |pki| {
        let last = pki.authority("Last").extension("basicConstraints", "critical,CA:TRUE,pathlen:0").make();
        pki.server().issuer(&pki.authority("One too many").issuer(&last).make()).make()
    }, PATH),
    row("name constraints, permitted", Make::Haproxy, |pki| pki.server().issuer(&pki.authority("Others").extension("nameConstraints", "critical,permitted;DNS:elsewhere.test").make()).make(), CONSTRAINED),
    row("name constraints, excluded", Make::OpenSsl, |pki| pki.server().issuer(&pki.authority("All others").extension("nameConstraints", "critical,excluded;DNS:localhost").make()).make(), CONSTRAINED),
    row("for clients only", Make::Stunnel, |pki| pki.server().extension("extendedKeyUsage", "clientAuth").make(), "it is not for servers (extended key usage)"),
    row("an unknown critical extension", Make::Nginx, |pki| pki.server().extension("1.2.3.4", "critical,ASN1:NULL").make(), "has a critical extension that is not supported"),
    row("an issuer whose key is not for certificates", Make::Haproxy, |pki| pki.server().issuer(&pki.authority("Signs no certificates").extension("keyUsage", "critical,digitalSignature,cRLSign").make()).make(), "is not for signing certificates (key usage)"),
    row("X.509 version 1", Make::OpenSsl, |pki| pki.draft("localhost").make(), "it is not of X.509 version 3"),
];

#[rustfmt::skip]
const ALGORITHMS: &[Row] = &[
    row("signed with SHA-1", Make::Nginx, |pki| pki.server().digest("sha1").make(), "is signed by an algorithm that is too weak (SHA-1, say)"),
    row("signed with SHA-1, RSA", Make::OpenSsl, |pki| pki.server().issuer(&pki.authority("RSA").key("rsa:2048").make()).digest("sha1").make(), "is signed by an algorithm that is too weak (SHA-1, say)"),
    row("RSA 1024", Make::OpenSsl, |pki| pki.server().key("rsa:1024").make(), SHORT),
    row("issued by RSA 1024", Make::Stunnel, |pki| pki.server().issuer(&pki.authority("Short").key("rsa:1024").make()).make(), SHORT),
    row("issued by RSA 2040", Make::Stunnel, |pki| pki.server().issuer(&pki.authority("Nearly").key("rsa:2040").make()).make(), SHORT),
    row("forged beside an unrelated short key", Make::OpenSsl, |pki| pki.server().make().corrupted().beside(&pki.authority("Unrelated").key("rsa:1024").make()), FORGED),
    row("secp256k1", Make::OpenSsl, |pki| pki.server().key("ec -pkeyopt ec_paramgen_curve:secp256k1").make(), NOTHING_IN_COMMON),
    row("P-521", Make::Haproxy, |pki| pki.server().key("ec -pkeyopt ec_paramgen_curve:P-521").make(), NOTHING_IN_COMMON),
    row("issued by P-521", Make::Nginx, |pki| pki.server().issuer(&pki.authority("Long").key("ec -pkeyopt ec_paramgen_curve:P-521").make()).make(), "is signed with a kind of key that is not supported"),
    row("a corrupted signature", Make::Stunnel, |pki| pki.server().make().corrupted(), "a signature does not match its key"),
    row("a corrupted signature, RSA", Make::Haproxy, |pki| pki.server().issuer(&pki.authority("RSA").key("rsa:2048").make()).make().corrupted(), "a signature does not match its key"),
];

#[rustfmt::skip]
const PROTOCOLS: &[Row] = &[
    row("TLS 1.1 only", Make::Nginx, |pki| pki.server().make(), OLD).with("ssl_protocols TLSv1.1; ssl_ciphers DEFAULT@SECLEVEL=0;"),
    row("TLS 1.0 only", Make::Haproxy, |pki| pki.server().key("rsa:2048").make(), OLD).with("ssl-min-ver TLSv1.0 ssl-max-ver TLSv1.0 ciphers DEFAULT@SECLEVEL=0"),
    row("TLS 1.1 and older", Make::OpenSsl, |pki| pki.server().make(), OLD).with("-no_tls1_2 -no_tls1_3 -cipher DEFAULT@SECLEVEL=0"),
    row("RSA key exchange only", Make::Nginx, |pki| pki.server().key("rsa:2048").make(), NOTHING_IN_COMMON).with("ssl_protocols TLSv1.2; ssl_ciphers AES256-GCM-SHA384;"),
    row("CBC only", Make::Stunnel, |pki| pki.server().make(), NOTHING_IN_COMMON).with("sslVersion = TLSv1.2\nciphers = ECDHE-ECDSA-AES256-SHA384"),
    row("h2 only", Make::OpenSsl, |pki| pki.server().make(), "does not offer HTTP/1.1 (ALPN)").with("-alpn h2"),
];

fn try_all(rows: &[Row]) {
    try_with(&Pki::new(), rows);
}

fn try_with(pki: &Pki, rows: &[Row]) {
    let proxy = Peer::start(tunnelling);
    for row in rows {
        let what = row.what;
        let server = Server::start(row.make, &(row.certificate)(pki), row.options);
        let config = server.config(pki, row.host);
        if !matches!(row.host, "localhost" | "127.0.0.1") {
            config.set("proxy", &proxy.url("http"));
        }
        let client = config.client();
        let e = client.create().unwrap_err();
        assert_eq!(
            (e.status, e.http_status),
            (MOMO_TLS_FAILED, 0),
            "{what}: {e:?}"
        );
        let handshake = e.message.starts_with("the TLS handshake: ");
        assert!(handshake && e.message.contains(row.words), "{what}: {e:?}");
        assert!(e.message.contains("attempt 1 of 3"), "{what}: {e:?}");
        assert_eq!(client.stats().retries, 0, "{what}");
        drop(client);
        assert_eq!(server.end().requests, 0, "{what}: the server's log");
    }
}

#[test]
fn a_certificate_of_another_time_or_name_is_refused() {
    try_all(VALIDITY_AND_NAMES);
}

#[test]
fn a_certificate_that_its_issuer_was_not_to_issue_so_is_refused() {
    try_all(ISSUERS);
}

#[test]
fn a_weak_or_broken_signature_is_refused() {
    try_all(ALGORITHMS);
}

#[test]
fn a_short_key_of_the_trusted_authority_itself_is_named() {
    let pki = Pki::with_key("rsa:1024");
    try_with(
        &pki,
        &[row(
            "a short root",
            Make::OpenSsl,
            |pki| pki.server().make(),
            SHORT,
        )],
    );
}

#[test]
fn certificates_that_are_too_long_are_named() {
    let names: Vec<_> = (0..5000)
        .map(|n| format!("DNS:n{n}.gateway.test"))
        .collect();
    let names: &'static str = names.join(",").leak();
    let pki = Pki::new();
    let certificate = pki.server().extension("subjectAltName", names).make();
    let server = Server::start(Make::OpenSsl, &certificate, "");
    let e = server
        .config(&pki, "localhost")
        .client()
        .create()
        .unwrap_err();
    assert!(
        e.message.contains("certificates of more than 64 KiB"),
        "{e:?}"
    );
}

#[test]
fn a_protocol_that_is_too_old_or_another_is_refused() {
    try_all(PROTOCOLS);
}

#[test]
fn a_request_that_reaches_a_server_is_seen_in_its_log() {
    let pki = Pki::new();
    for make in MAKES {
        let good = row("good", make, |pki| pki.server().make(), "");
        let server = Server::start(make, &(good.certificate)(&pki), good.options);
        server.config(&pki, good.host).client().create().unwrap();
        assert_eq!(server.end().requests, 1, "{make:?}");
    }
}
