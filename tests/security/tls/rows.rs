//! A certificate and a server, and whether they bring a token.

use super::pki::{Certificate, Pki};
use super::server::{Make, Server};
use crate::common::*;
use crate::peer::{Peer, tunnelling};

pub(crate) struct Row {
    what: &'static str,
    make: Make,
    options: &'static str,
    host: &'static str,
    certificate: fn(&Pki) -> Certificate,
    /// The rule that is broken, in the message; [`TOKEN`] for none.
    words: &'static str,
}

pub(crate) const TOKEN: &str = "";

pub(crate) const fn row(
    what: &'static str,
    make: Make,
    certificate: fn(&Pki) -> Certificate,
    words: &'static str,
) -> Row {
    let (options, host) = ("", "localhost");
    Row {
        what,
        make,
        options,
        host,
        certificate,
        words,
    }
}

impl Row {
    pub(crate) const fn at(self, host: &'static str) -> Self {
        Self { host, ..self }
    }

    /// In the server's own language.
    pub(crate) const fn with(self, options: &'static str) -> Self {
        Self { options, ..self }
    }

    fn check(&self, pki: &Pki, proxy: &Peer) {
        let (what, words) = (self.what, self.words);
        let server = Server::start(self.make, &(self.certificate)(pki), self.options);
        let config = pki.config(self.host, server.port());
        if !matches!(self.host, "localhost" | "127.0.0.1") {
            config.set("proxy", &proxy.url("http"));
        }
        let client = config.client();
        let outcome = client.create();
        if let (Err(e), true) = (&outcome, words != TOKEN) {
            assert_refused(e, words);
            assert!(e.message.starts_with("the TLS handshake: "), "{e:?}");
        } else {
            assert!(outcome.is_ok() && words == TOKEN, "{what}: {outcome:?}");
        }
        assert_eq!(client.stats().retries, 0, "{what}");
        drop(client);
        let requests = usize::from(words == TOKEN);
        assert_eq!(server.end().len(), requests, "{what}: the server's log");
    }
}

/// At the first attempt of three, by the rule in these words.
pub(crate) fn assert_refused(error: &Error, words: &str) {
    let ended = (error.status, error.http_status);
    assert_eq!(ended, (MOMO_TLS_FAILED, 0), "{words}: {error:?}");
    for part in [words, "attempt 1 of 3"] {
        assert!(error.message.contains(part), "{words}: {error:?}");
    }
}

pub(crate) fn try_all(pki: &Pki, rows: &[Row]) {
    // Under this name it is reached, whatever host a certificate is for.
    let proxy = Peer::start(tunnelling);
    for row in rows {
        row.check(pki, &proxy);
    }
}
