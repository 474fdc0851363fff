#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use rustls::client::ResolvesClientCert;

use super::*;
use crate::cancellation::Cancellation;
use crate::config::Ca;
use crate::deadline::Deadline;
use crate::net::trust;

/// A server that says one thing, whatever it is told.
struct Says(io::Result<&'static [u8]>);

impl Read for Says {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        std::mem::replace(&mut self.0, Ok(b"")).and_then(|mut said| said.read(into))
    }
}

impl Write for Says {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        Ok(from.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn own(error: &io::Error) -> Option<&TransportError> {
    error.get_ref()?.downcast_ref()
}

fn failed(host: &str, mut server: Says) -> TransportError {
    let verifier = trust::verifier(&Ca::Mozilla).unwrap();
    let client = TlsClient::new(verifier, None, "base_url").unwrap();
    client.connect(host, &mut server, own).err().unwrap()
}

#[test]
fn the_address_of_a_host_that_proves_to_be_another_is_looked_up_anew() {
    // Other tests write it otherwise, and the resolver keeps a place for each text.
    const HOST: &str = "LocalHost";
    let cancelled = io::Error::other(TransportError::cancelled(Phase::Read));
    for (said, kind, doubtful) in [
        (Err(cancelled), Kind::Cancelled, false),
        (Ok(&b"220 ready"[..]), Kind::Untrusted, true),
        (Ok(b""), Kind::ConnectionLost, true),
    ] {
        let soon = Deadline::after(Duration::from_secs(20));
        resolver::look_up(HOST, soon, &Cancellation::new()).unwrap();
        assert_eq!(failed(HOST, Says(said)).kind, kind);
        assert_eq!(resolver::is_doubtful(HOST), Some(doubtful), "{kind:?}");
    }
}

#[test]
fn what_a_server_before_it_asked_for_is_not_held_against_a_server() {
    const HANDSHAKE_FAILURE: &[u8] = &[21, 3, 3, 0, 2, 2, 40];
    NoClientCertificate.resolve(&[], &[]);
    assert!(NoClientCertificate::was_requested());
    let told = failed("host.example", Says(Ok(HANDSHAKE_FAILURE))).to_string();
    assert!(told.contains("no cipher suite"), "{told}");
}
