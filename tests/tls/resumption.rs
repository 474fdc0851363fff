//! Resumed sessions, in which a server sends no certificate: what they are worth when the one that
//! they began with is no longer trusted.

use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::artifacts::TMP;
use crate::child::{again, case, run, var};
use crate::common::*;
use crate::host::{Link, compile};
use crate::pki::Pki;
use crate::server::{Make, Server};

#[rustfmt::skip]
const VERSIONS: &[(Make, &str)] = &[
    (Make::Nginx, "ssl_protocols TLSv1.2;"),
    (Make::Nginx, "ssl_protocols TLSv1.3;"),
    (Make::Haproxy, "ssl-max-ver TLSv1.2"),
    (Make::Haproxy, "ssl-min-ver TLSv1.3"),
    (Make::Stunnel, "sslVersionMax = TLSv1.2"),
    (Make::Stunnel, "sslVersionMin = TLSv1.3"),
];

#[test]
fn a_second_connection_resumes_the_session_of_the_first() {
    let pki = Pki::new();
    for (make, options) in VERSIONS {
        let server = Server::start(*make, &pki.server().make(), options);
        let client = server.config(&pki, "localhost").client();
        for _ in 0..3 {
            client.create().unwrap();
        }
        drop(client);
        let seen = server.end();
        assert_eq!((seen.requests, seen.resumed), (3, 2), "{make:?} {options}");
    }
}

#[test]
fn a_session_serves_no_client_that_was_made_with_other_authorities() {
    let (pki, others) = (Pki::new(), Pki::new());
    for (make, options) in VERSIONS {
        let server = Server::start(*make, &pki.server().make(), options);
        let authority = std::fs::read_to_string(&pki.root().file).unwrap();
        let ca = pki.write("trusted.pem", &authority);
        let config = server.config(&pki, "localhost");
        config.set("ca", ca.to_str().unwrap());
        let client = config.client();
        client.create().unwrap();
        // Another file, and the same file with other authorities in it.
        let other = server.config(&others, "localhost").client();
        std::fs::copy(&others.root().file, &ca).unwrap();
        for untrusting in [other, config.client()] {
            let e = untrusting.create().unwrap_err();
            assert_eq!(e.status, MOMO_TLS_FAILED, "{make:?} {options}: {e:?}");
            assert!(e.message.contains("its issuer is not trusted"), "{e:?}");
        }
        // A client keeps the authorities that it was made with.
        client.create().unwrap();
        drop(client);
        let seen = server.end();
        assert_eq!((seen.requests, seen.resumed), (2, 1), "{make:?} {options}");
    }
}

/// How long the certificate is valid, and later than that: less than sessions last.
const VALID: &str = "+2 minutes";
const LATER: i64 = 180_000;

/// Runs a test of this file again, with the clocks of tests/c/clock_shim.c.
fn with_clocks(name: &'static str, test: &str) {
    let shim = compile("clock_shim.c", Link::Preload, test);
    let page = Path::new(TMP).join(format!("clock-page-{test}"));
    std::fs::write(&page, [0; 32]).unwrap();
    let child = again(name, test).env("LD_PRELOAD", shim);
    child.env("CLOCK_SHIM", page).run();
}

/// Moves the wall clock, the second number of struct clock_shim.
fn move_wall_clock(milliseconds: i64) {
    let page = std::fs::OpenOptions::new()
        .write(true)
        .open(var("CLOCK_SHIM"));
    page.unwrap()
        .write_at(&milliseconds.to_ne_bytes(), 8)
        .unwrap();
}

#[test]
fn a_session_does_not_outlive_its_certificate() {
    const NAME: &str = "resumption::a_session_does_not_outlive_its_certificate";
    if case().is_none() {
        return with_clocks(NAME, "expired");
    }
    let pki = Pki::new();
    for (make, options) in VERSIONS {
        move_wall_clock(0);
        let certificate = pki.server().dates("-1 day", VALID).make();
        let server = Server::start(*make, &certificate, options);
        let client = server.config(&pki, "localhost").client();
        client.create().unwrap();
        client.create().unwrap();
        move_wall_clock(LATER);
        let e = client.create().unwrap_err();
        assert_eq!(e.status, MOMO_TLS_FAILED, "{make:?} {options}: {e:?}");
        assert!(e.message.contains("it has expired"), "{make:?}: {e:?}");
        assert!(e.message.contains("attempt 1 of 3"), "{make:?}: {e:?}");
        drop(client);
        assert_eq!(server.end().requests, 2, "{make:?} {options}");
    }
}

#[test]
fn a_certificate_that_was_renewed_meanwhile_costs_no_attempt() {
    const NAME: &str = "resumption::a_certificate_that_was_renewed_meanwhile_costs_no_attempt";
    if case().is_none() {
        return with_clocks(NAME, "renewed");
    }
    let pki = Pki::new();
    // With keys of its own a server would not know the sessions of the one before.
    let keys = run(&[
        "sh",
        "-c",
        "for i in 1 2 3; do openssl rand -base64 48; done",
    ]);
    let keys = pki.write("keys", &keys).display().to_string();
    for version in ["ssl-max-ver TLSv1.2", "ssl-min-ver TLSv1.3"] {
        move_wall_clock(0);
        let options = format!("tls-ticket-keys {keys} {version}");
        let old = pki.server().dates("-1 day", VALID).make();
        let server = Server::start(Make::Haproxy, &old, &options);
        let config = server.config(&pki, "localhost");
        config.set("max_attempts", "1");
        let client = config.client();
        client.create().unwrap();
        client.create().unwrap();
        let server = server.replace(Make::Haproxy, &pki.server().make(), &options);
        // The session is good as long as its own certificate is.
        client.create().unwrap();
        move_wall_clock(LATER);
        client.create().unwrap();
        assert_eq!(client.stats().requests, 4, "{version}");
        client.create().unwrap();
        drop(client);
        let seen = server.end();
        // The one after the old certificate's end was not.
        assert_eq!((seen.requests, seen.resumed), (3, 2), "{version}");
    }
}
