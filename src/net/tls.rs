//! TLS over a stream, as this library speaks it. A Redis server may demand a certificate of its
//! clients; the gateway knows them by their credentials.

mod failure;

use std::cell::Cell;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use rustls::CipherSuite::TLS13_AES_128_GCM_SHA256;
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, ClientConnection, SignatureScheme};
use zeroize::Zeroizing;

use super::trust::{self, Verifier};
use super::{Connection, Kind, Limits, Result, bare};
use crate::{Phase, pasted};

/// What all connections that trust the same authorities have in common.
///
/// Sessions are not resumed: a resumption sends no certificate, and a session would live on after
/// the certificate that it began with.
pub(super) fn config(verifier: Arc<Verifier>) -> Result<ClientConfig, rustls::Error> {
    let mut provider = ring::default_provider();
    // As browsers have it: the SHA-384 of the default is a tenth of what a token costs a process.
    let suites = &mut provider.cipher_suites;
    suites.sort_by_key(|suite| suite.suite() != TLS13_AES_128_GCM_SHA256);
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()?
        // Rustls names it so because a verifier could accept anything: see the one of trust.rs.
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_cert_resolver(Arc::new(ClientCertificate(None)));
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The same config with the certificate and the key in these PEM files, as they are now. An error
/// repeats nothing of them.
pub(crate) fn with_client_certificate(
    config: &ClientConfig,
    certificate: &Path,
    key: &Path,
) -> Result<ClientConfig, String> {
    const CERTIFICATE: &str = "option cache_client_certificate";
    const KEY: &str = "option cache_client_key";
    let read = |option: &str, path: &Path| {
        let refused = |why| format!("{option}: {}{why}", path.display());
        // They are read for each connection: a fifo has no more for the next one.
        let text = trust::read_regular_file(path)
            .and_then(|text| text.ok_or_else(|| io::Error::other("it is no regular file")))
            .map_err(|e| refused(format!(" cannot be read ({e}); check path and mode")));
        let text = Zeroizing::new(text?);
        let text = pasted::pem_text(&text).map_err(|why| refused(format!(": {why}")))?;
        Ok::<_, String>(Zeroizing::new(text.to_vec()))
    };
    let has_none = |option: &str, path: &Path, what: &str| {
        format!("{option}: {} holds no {what} in PEM form", path.display())
    };
    let text = read(CERTIFICATE, certificate)?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&text).flatten().collect();
    if chain.is_empty() {
        return Err(has_none(CERTIFICATE, certificate, "certificate"));
    }
    let private = PrivateKeyDer::from_pem_slice(&read(KEY, key)?)
        .map_err(|_| has_none(KEY, key, "private key that is not encrypted"))?;
    let certified = CertifiedKey::from_der(chain, private, &ring::default_provider());
    let certified = certified.map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => format!("{KEY}: it is another certificate's key"),
        _ => format!("{CERTIFICATE} or its key cannot be used ({error})"),
    })?;
    let mut config = config.clone();
    config.client_auth_cert_resolver = Arc::new(ClientCertificate(Some(Arc::new(certified))));
    Ok(config)
}

/// Answers a server's request for a certificate with this, and remembers that there was one: what
/// the server says when it refuses that is not always plain.
#[derive(Debug)]
struct ClientCertificate(Option<Arc<CertifiedKey>>);

thread_local! {
    /// A handshake stays on its thread, and one resolver serves all handshakes.
    static REQUESTED: Cell<bool> = const { Cell::new(false) };
}

impl ResolvesClientCert for ClientCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        REQUESTED.set(true);
        self.0.clone()
    }

    fn has_certs(&self) -> bool {
        self.0.is_some()
    }
}

pub(crate) struct Tls {
    session: ClientConnection,
    below: Box<dyn Connection>,
    /// Which names the host.
    option: &'static str,
    /// Whether the server asked for a certificate of this client.
    requested: bool,
    /// What the session ended with, for when all is read that came before.
    failure: Option<io::Error>,
}

impl Tls {
    /// The handshake with this host (IPv6 in brackets), which `option` names in messages. Without a
    /// config there is none, and the connection stays in clear.
    pub(super) fn connect(
        config: Option<&Arc<ClientConfig>>,
        host: &str,
        option: &'static str,
        mut below: Box<dyn Connection>,
    ) -> Result<Box<dyn Connection>> {
        let Some(config) = config else {
            return Ok(below);
        };
        below.limits().progress.enter(Phase::Handshake);
        let why = || format!("the host name cannot be in a certificate; check {option}");
        let name = ServerName::try_from(bare(host).to_owned());
        let name = name.map_err(|_| failure::untrusted(why()))?;
        let session = ClientConnection::new(Arc::clone(config), name)
            .map_err(|e| failure::explain(&e, option, false))?;
        let mut tls = Box::new(Self {
            session,
            below,
            option,
            requested: false,
            failure: None,
        });
        REQUESTED.set(false);
        // What ends it in TLS 1.3 is sent with the request, in one packet.
        let mut outcome = Ok(());
        while outcome.is_ok() && tls.session.is_handshaking() {
            outcome = tls.exchange();
        }
        tls.requested = REQUESTED.get();
        let Err(error) = outcome else {
            return Ok(tls);
        };
        Err(match tls.error_of_tls(&error) {
            Some(tls_error) => failure::explain(&tls_error, option, tls.requested),
            None => error.downcast().unwrap_or_else(|_| {
                let detail = "the server ended it; it may be overloaded, or not speak TLS";
                tls.below.limits().error(Kind::ConnectionLost, detail)
            }),
        })
    }

    /// Sends what waits to be sent, and receives records.
    fn exchange(&mut self) -> io::Result<()> {
        self.send_records()?;
        if self.session.read_tls(&mut self.below)? == 0 && self.session.is_handshaking() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let processed = self.session.process_new_packets();
        processed.map(drop).map_err(|error| {
            // The alert that tells the server why. Whether it comes there changes nothing here.
            let _ = self.send_records();
            io::Error::other(error)
        })
    }

    fn send_records(&mut self) -> io::Result<()> {
        let mut records = Vec::new();
        while self.session.wants_write() {
            self.session.write_tls(&mut records)?;
        }
        self.below.write_all(&records)
    }

    fn receive(&mut self) {
        self.failure = self.exchange().err().map(|error| self.failed(error));
    }

    /// The TLS library's own error within an I/O error. If that says that the connection broke, the
    /// server may have sent an alert before: who writes to a closed connection learns of its end
    /// first.
    fn error_of_tls(&mut self, error: &io::Error) -> Option<rustls::Error> {
        if let Some(error) = error.get_ref()?.downcast_ref::<rustls::Error>() {
            return Some(error.clone());
        }
        self.session.read_tls(&mut self.below).ok()?;
        self.session.process_new_packets().err()
    }

    /// In TLS 1.3 a server looks at the client's certificate when the client's part of the handshake
    /// is over, and the request is on its way.
    fn failed(&mut self, error: io::Error) -> io::Error {
        let Some(tls) = self.error_of_tls(&error) else {
            return error;
        };
        failure::client_certificate(&tls, self.option, self.requested)
            .unwrap_or_else(|| self.below.limits().broken(io::Error::other(tls)))
            .into()
    }
}

impl Connection for Tls {
    fn limits(&mut self) -> &mut Limits {
        self.below.limits()
    }

    /// Text, that is: a server may send records of its own after the handshake.
    fn has_spoken(&mut self) -> bool {
        while self.failure.is_none() && self.below.has_spoken() && self.session.wants_read() {
            self.receive();
        }
        let state = self.session.process_new_packets();
        state.is_ok_and(|state| state.plaintext_bytes_to_read() > 0)
    }

    fn is_open(&self) -> bool {
        self.failure.is_none() && self.session.wants_read() && self.below.is_open()
    }
}

impl Read for Tls {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let nothing = match self.session.reader().read(into) {
                Err(error) => error,
                read => return read,
            };
            if let Some(failure) = self.failure.take() {
                return Err(failure);
            }
            // Anyone on the way can close TCP: what has no other end is cut off (RFC 9112, 9.8).
            if nothing.kind() == io::ErrorKind::UnexpectedEof {
                let detail = "the server closed the connection without closing TLS first \
                              (close_notify), so that something may be missing; try again";
                let limits = self.below.limits();
                return Err(limits.error(Kind::ConnectionLost, detail).into());
            }
            self.receive();
        }
    }
}

impl Write for Tls {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        let written = self.session.writer().write(from);
        let sent = written.and_then(|amount| self.send_records().map(|()| amount));
        sent.map_err(|error| self.failed(error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send_records().map_err(|error| self.failed(error))
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
