//! TLS over a stream, as this library speaks it.

mod client_certificate;
mod failure;

use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use self::client_certificate::NoClientCertificate;
use super::connection::{Limits, Stream};
use super::progress::Phase;
use super::transport_error::{Kind, TransportError};
use super::trust::Verifier;
use super::{crypto, resolver};

/// What all connections that trust the same authorities have in common.
///
/// Sessions are not resumed: a resumption sends no certificate, and a session would live on after
/// the certificate that it began with.
pub(super) fn config(verifier: Arc<Verifier>) -> Result<ClientConfig, rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(crypto::provider())
        .with_safe_default_protocol_versions()?
        // Rustls names it so because a verifier could accept anything: see the one of trust.rs.
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_cert_resolver(Arc::new(NoClientCertificate));
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// A TLS connection over the stream below it.
pub(super) struct Tls {
    connection: ClientConnection,
    below: Stream,
    /// Whether the server asked for a certificate of this client, which has none.
    client_certificate_requested: bool,
    /// What the connection ended with, for when all is read that came before.
    failure: Option<TransportError>,
}

impl Tls {
    /// The handshake with this host (IPv6 in brackets), which `option` names in messages.
    pub(super) fn connect(
        config: &Arc<ClientConfig>,
        host: &str,
        option: &str,
        below: Stream,
        limits: &Limits,
    ) -> Result<Stream, TransportError> {
        limits.enter(Phase::Handshake);
        let connection = ClientConnection::new(Arc::clone(config), server_name(host, option)?)
            .map_err(|e| failure::explain(&e, option, false))?;
        let mut tls = Box::new(Self {
            connection,
            below,
            client_certificate_requested: false,
            failure: None,
        });
        if let Err(error) = tls.shake_hands(option, limits) {
            // Another host may have the address by now.
            if error.kind != Kind::Cancelled {
                resolver::doubt(host);
            }
            return Err(error);
        }
        Ok(Stream::Tls(tls))
    }

    fn shake_hands(&mut self, option: &str, limits: &Limits) -> Result<(), TransportError> {
        NoClientCertificate::forget_request();
        let outcome = self.complete_handshake(limits);
        self.client_certificate_requested = NoClientCertificate::was_requested();
        match outcome {
            Ok(()) => Ok(()),
            Err(Ended::Transport(error)) => Err(error),
            Err(Ended::Tls(error)) => {
                // The alert that tells the server why.
                let _ = self.send(limits);
                let requested = self.client_certificate_requested;
                Err(failure::explain(&error, option, requested))
            }
        }
    }

    fn complete_handshake(&mut self, limits: &Limits) -> Result<(), Ended> {
        loop {
            self.flush(limits)?;
            if !self.connection.is_handshaking() {
                return Ok(());
            }
            if self.receive(limits)? == 0 {
                return Err(failure::ended().into());
            }
        }
    }

    /// Reads records, and gives how many bytes they had.
    fn receive(&mut self, limits: &Limits) -> Result<usize, Ended> {
        let mut below = Below::new(&mut self.below, limits);
        let read = self.connection.read_tls(&mut below);
        let amount = read.map_err(|e| below.failed(&e))?;
        self.connection.process_new_packets()?;
        Ok(amount)
    }

    /// Writes the records that are to be sent. Who writes to a closed connection learns of its end
    /// before the alert that the server may have sent.
    fn flush(&mut self, limits: &Limits) -> Result<(), Ended> {
        let Err(error) = self.send(limits) else {
            return Ok(());
        };
        if error.kind == Kind::ConnectionLost {
            if let Err(told @ Ended::Tls(_)) = self.receive(limits) {
                return Err(told);
            }
        }
        Err(error.into())
    }

    fn send(&mut self, limits: &Limits) -> Result<(), TransportError> {
        let mut below = Below::new(&mut self.below, limits);
        while self.connection.wants_write() {
            let written = self.connection.write_tls(&mut below);
            written.map_err(|e| below.failed(&e))?;
        }
        Ok(())
    }

    pub(super) fn read(
        &mut self,
        into: &mut [u8],
        limits: &Limits,
    ) -> Result<usize, TransportError> {
        loop {
            match self.connection.reader().read(into) {
                Ok(amount) => return Ok(amount),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // Anyone on the way can close TCP: what has no other end is cut off (RFC 9112, 9.8).
                Err(_) => {
                    let detail = "the server closed the connection without closing TLS first \
                                  (close_notify), so that something may be missing; try again";
                    return Err(limits.error(Kind::ConnectionLost, detail));
                }
            }
            if let Some(failure) = self.failure.take() {
                return Err(failure);
            }
            let received = self.flush(limits).and_then(|()| self.receive(limits));
            if let Err(ended) = received {
                self.failure = Some(self.told(ended, limits));
            }
        }
    }

    /// Writes some of it, at least a byte.
    pub(super) fn write(&mut self, from: &[u8], limits: &Limits) -> Result<usize, TransportError> {
        let taken = self.connection.writer().write(from);
        let written = match taken {
            Ok(amount) => self.flush(limits).map(|()| amount),
            Err(error) => Err(broken(&error, limits).into()),
        };
        written.map_err(|ended| self.told(ended, limits))
    }

    /// In TLS 1.3 a server looks at the client's certificate when the client's part of the handshake
    /// is over, and the request is on its way.
    fn told(&self, ended: Ended, limits: &Limits) -> TransportError {
        match ended {
            Ended::Transport(error) => error,
            Ended::Tls(error) => {
                failure::client_certificate(&error, self.client_certificate_requested)
                    .unwrap_or_else(|| broken(&error, limits))
            }
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.failure.is_none() && self.connection.wants_read() && self.below.is_open()
    }

    pub(super) fn below(&mut self) -> &mut Stream {
        &mut self.below
    }
}

fn server_name(host: &str, option: &str) -> Result<ServerName<'static>, TransportError> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    ServerName::try_from(bare.to_owned()).map_err(|_| {
        failure::untrusted(format!(
            "the host name cannot be in a certificate; check {option}"
        ))
    })
}

fn broken(error: &impl std::fmt::Display, limits: &Limits) -> TransportError {
    let detail = format!("the connection broke ({error}); try again");
    limits.error(Kind::ConnectionLost, detail)
}

/// What a connection ended with.
enum Ended {
    Tls(rustls::Error),
    Transport(TransportError),
}

impl From<rustls::Error> for Ended {
    fn from(error: rustls::Error) -> Self {
        Self::Tls(error)
    }
}

impl From<TransportError> for Ended {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

/// The stream below as the TLS library wants it, which passes I/O errors on and no others: the error
/// that there really was is put aside.
struct Below<'a> {
    stream: &'a mut Stream,
    limits: &'a Limits,
    error: Option<TransportError>,
}

impl<'a> Below<'a> {
    fn new(stream: &'a mut Stream, limits: &'a Limits) -> Self {
        Self {
            stream,
            limits,
            error: None,
        }
    }

    fn failed(&mut self, error: &io::Error) -> TransportError {
        let own = self.error.take();
        own.unwrap_or_else(|| broken(error, self.limits))
    }

    fn put_aside(&mut self, error: TransportError) -> io::Error {
        self.error = Some(error);
        io::ErrorKind::Other.into()
    }
}

impl Read for Below<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(into, self.limits);
        read.map_err(|error| self.put_aside(error))
    }
}

impl Write for Below<'_> {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        let written = self.stream.write(from, self.limits);
        written.map_err(|error| self.put_aside(error))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(all(test, not(loom)))]
#[path = "tls_tests.rs"]
mod tests;
