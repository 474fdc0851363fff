#![allow(clippy::unwrap_used, clippy::panic)]

use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use rustls::client::ResolvesClientCert;

use super::*;
use crate::config::{Ca, ProxyUrl};
use crate::net::resolver::RESOLVER;
use crate::net::{Limits, Route, TransportError, trust};
use crate::{Deadline, Secret};

fn limits() -> Limits {
    Limits::until(Deadline::after(Duration::from_secs(20)))
}

fn is_doubtful(host: &str) -> Option<bool> {
    let cached = RESOLVER.cached(host);
    cached.map(|cached| cached.good_until.has_passed())
}

fn open(host: &str, port: u16, ca: &Ca, limits: Limits) -> Result<Box<dyn Connection>> {
    let route = Route {
        host: host.to_owned(),
        port,
        tls: Some(trust::tls_config(ca).unwrap()),
        option: "base_url",
        proxy: None,
        user_agent: String::new(),
        loopback_only: false,
    };
    route.open(limits)
}

/// How a handshake fails with a server that treats it so.
fn failed(
    host: &str,
    limits: Limits,
    treat: impl FnOnce(TcpStream) + Send + 'static,
) -> TransportError {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || treat(listener.accept().unwrap().0));
    let error = open(host, port, &Ca::Mozilla, limits).err().unwrap();
    server.join().unwrap();
    error
}

/// A server that says one thing, whatever it is told.
fn saying(said: &'static [u8]) -> impl FnOnce(TcpStream) + Send {
    move |mut stream| {
        stream.write_all(said).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
    }
}

#[test]
fn the_address_of_a_host_that_proves_to_be_another_is_looked_up_anew() {
    // Other tests write it otherwise, and the resolver keeps a place for each text.
    const HOST: &str = "LocalHost";
    for (said, kind) in [("220 ready", Kind::Untrusted), ("", Kind::ConnectionLost)] {
        let error = failed(HOST, limits(), saying(said.as_bytes()));
        assert_eq!((error.kind, error.phase), (kind, Phase::Handshake));
        assert_eq!(is_doubtful(HOST), Some(true), "{kind:?}");
    }
    let limits = limits();
    let cancellation = Arc::clone(&limits.cancellation);
    let error = failed(HOST, limits, move |mut stream| {
        stream.read_exact(&mut [0; 5]).unwrap();
        cancellation.cancel();
    });
    let (kind, phase) = (error.kind, error.phase);
    assert_eq!((kind, phase), (Kind::Cancelled, Phase::Handshake));
    assert_eq!(is_doubtful(HOST), Some(false));
}

#[test]
fn what_a_server_before_it_asked_for_is_not_held_against_a_server() {
    const HANDSHAKE_FAILURE: &[u8] = &[21, 3, 3, 0, 2, 2, 40];
    ClientCertificate(None).resolve(&[], &[]);
    assert!(REQUESTED.get());
    let told = failed("127.0.0.1", limits(), saying(HANDSHAKE_FAILURE)).to_string();
    assert!(told.contains("no cipher suite"), "{told}");
}

/// The mock gateway knows no CONNECT: asking for a tunnel is as far as a connection gets.
#[test]
fn a_proxy_over_tls_is_verified_as_the_proxy_and_not_as_the_host_behind_it() {
    use momo_mock_gateway::{Gateway, ServerCertificate};
    let proxy = Gateway::start().unwrap();
    let ca = Ca::Pem(Secret::new(proxy.ca_pem()));
    let url = format!("https://localhost:{}", proxy.address().port());
    let mut url = ProxyUrl::parse(&url).unwrap();
    // Other tests write it otherwise.
    url.host = "LOCALHOST".to_owned();
    let route = Route {
        host: "gateway.example".to_owned(),
        port: 443,
        tls: Some(trust::tls_config(&ca).unwrap()),
        option: "base_url",
        proxy: Some(url),
        user_agent: String::new(),
        loopback_only: false,
    };
    let error = route.open(limits()).err().unwrap();
    assert_eq!(error.phase, Phase::Proxy, "{error}");
    assert_eq!(is_doubtful("LOCALHOST"), Some(true));
    proxy.set_certificate(ServerCertificate::OtherName).unwrap();
    let error = route.open(limits()).err().unwrap();
    let refused = (error.kind, error.phase);
    assert_eq!(refused, (Kind::Untrusted, Phase::Handshake));
    let told = error.detail;
    let is_of_proxy = told.contains("not for this host name; check proxy,");
    assert!(is_of_proxy, "{told}");
}

/// The types of the TLS records in these bytes.
fn records(mut bytes: &[u8]) -> Vec<u8> {
    let mut types = Vec::new();
    while let [kind, _, _, high, low, rest @ ..] = bytes {
        types.push(*kind);
        bytes = &rest[usize::from(u16::from_be_bytes([*high, *low]))..];
    }
    types
}

const HANDSHAKE: u8 = 22;
const CHANGE_CIPHER_SPEC: u8 = 20;
/// An alert too, and the end of a handshake.
const ENCRYPTED: u8 = 23;

/// Stands between a client and a server, and tells of each packet which records are in it.
fn relay(mut client: TcpStream, mut server: TcpStream, tell: impl Fn(Vec<u8>)) {
    let (mut from, mut to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
    let mut piece = [0; 4096];
    while let Ok(amount @ 1..) = client.read(&mut piece) {
        tell(records(&piece[..amount]));
        let _ = server.write_all(&piece[..amount]);
    }
}

#[test]
fn a_server_whose_certificate_is_refused_is_told_so() {
    let gateway = momo_mock_gateway::Gateway::start().unwrap();
    let server = TcpStream::connect(gateway.address()).unwrap();
    let (said, hear) = std::sync::mpsc::channel();
    let tell = move |records| said.send(records).unwrap();
    let error = failed("localhost", limits(), |client| relay(client, server, tell));
    assert_eq!(error.kind, Kind::Untrusted);
    let sent = hear.iter().flatten().collect::<Vec<_>>();
    assert_eq!(sent, [HANDSHAKE, CHANGE_CIPHER_SPEC, ENCRYPTED]);
}

#[test]
fn the_end_of_the_handshake_and_the_first_text_are_one_packet() {
    let gateway = momo_mock_gateway::Gateway::start().unwrap();
    let server = TcpStream::connect(gateway.address()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (said, hear) = std::sync::mpsc::channel();
    let tell = move |records| said.send(records).unwrap();
    std::thread::spawn(move || relay(listener.accept().unwrap().0, server, tell));
    let ca = Ca::Pem(Secret::new(gateway.ca_pem()));
    let mut connection = open("localhost", port, &ca, limits()).unwrap();
    assert_eq!(hear.recv().unwrap(), [HANDSHAKE]);
    connection.write_all(b"POST").unwrap();
    let packet = hear.recv().unwrap();
    assert_eq!(packet, [CHANGE_CIPHER_SPEC, ENCRYPTED, ENCRYPTED]);
}

#[test]
fn the_cipher_suite_that_costs_least_is_preferred_and_none_is_left_out() {
    let config = trust::tls_config(&Ca::Mozilla).unwrap();
    let own = &config.crypto_provider().cipher_suites;
    assert_eq!(own[0].suite(), TLS13_AES_128_GCM_SHA256);
    let all = ring::default_provider().cipher_suites;
    assert!(own.len() == all.len() && all.iter().all(|suite| own.contains(suite)));
}

#[test]
fn a_connection_is_open_until_the_server_closes_it() {
    let gateway = momo_mock_gateway::Gateway::start().unwrap();
    let (ca, port) = (Secret::new(gateway.ca_pem()), gateway.address().port());
    let mut connection = open("localhost", port, &Ca::Pem(ca), limits()).unwrap();
    connection.flush().unwrap();
    // It begins with records of its own, which are no text.
    while !connection.is_open() {
        assert!(!connection.has_spoken());
        connection.limits().check().unwrap();
    }
    while connection.is_open() {
        connection.limits().check().unwrap();
        gateway.close_connections();
    }
}
