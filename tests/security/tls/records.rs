//! A server that the test writes record by record, and ends in any way there is.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ServerConfig, ServerConnection, Stream, SupportedProtocolVersion};

use super::pki::Certificate;
use crate::peer::Peer;
use crate::raw;

pub(crate) struct Records {
    connection: ServerConnection,
    tcp: TcpStream,
}

/// `respond` writes what it likes, and speaks `protocol` alone.
pub(crate) fn serve(
    certificate: &Certificate,
    version: &'static SupportedProtocolVersion,
    protocol: &str,
    respond: impl Fn(Records) + Send + Sync + 'static,
) -> Peer {
    let bundle = certificate.bundle();
    let chain = CertificateDer::pem_slice_iter(bundle.as_bytes()).collect::<Result<_, _>>();
    let key = PrivateKeyDer::from_pem_slice(bundle.as_bytes()).unwrap();
    // Which need not belong together.
    let certified = CertifiedKey::new(chain.unwrap(), any_supported_type(&key).unwrap());
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    config.send_half_rtt_data = true;
    config.alpn_protocols = vec![protocol.into()];
    let config = Arc::new(config);
    Peer::start(move |tcp| {
        let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        respond(Records { connection, tcp });
    })
}

impl Records {
    /// In the server's first flight, where the client has sent no request yet.
    pub(crate) fn send_early(&mut self, plaintext: &[u8]) {
        self.connection.writer().write_all(plaintext).unwrap();
    }

    /// Whether a whole one came.
    pub(crate) fn read_request(&mut self) -> bool {
        let mut stream = Stream::new(&mut self.connection, &mut self.tcp);
        raw::read_head(&mut stream).ends_with(b"\r\n\r\n")
    }

    /// As one record, sent by itself.
    pub(crate) fn send(&mut self, plaintext: &[u8]) {
        self.connection.writer().write_all(plaintext).unwrap();
        let sent = self.flush();
        // A header, and what authenticates it.
        assert!(sent > plaintext.len() + 20, "{sent} bytes");
    }

    pub(crate) fn update_key(&mut self) {
        self.connection.refresh_traffic_keys().unwrap();
        self.flush();
    }

    pub(crate) fn close_notify(&mut self) {
        self.connection.send_close_notify();
        self.flush();
    }

    /// The one that a server sends if a record of the client's was changed on the way.
    pub(crate) fn fatal_alert(&mut self) {
        let forged = [&[23, 3, 3, 0, 64][..], &[0; 64]].concat();
        self.connection.read_tls(&mut forged.as_slice()).unwrap();
        self.connection.process_new_packets().unwrap_err();
        assert!(self.flush() > 0, "an alert");
    }

    /// Ends TCP, and TLS only if that was done before.
    pub(crate) fn close(self) {
        raw::close(self.tcp);
    }

    fn flush(&mut self) -> usize {
        let mut sent = 0;
        while self.connection.wants_write() {
            // A client that has left has seen enough.
            match self.connection.write_tls(&mut self.tcp) {
                Ok(amount) => sent += amount,
                Err(_) => return usize::MAX,
            }
        }
        sent
    }
}
