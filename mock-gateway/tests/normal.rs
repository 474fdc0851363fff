#![allow(clippy::unwrap_used, clippy::panic)]

mod client;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use client::{
    connect, gateway, post, posted, read_reply, request, send, send_to, wait_until_closed,
};
use momo_mock_gateway::{Builder, Gateway, ServerCertificate};
use serde_json::json;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, HandshakeKind, ProtocolVersion, RootCertStore, StreamOwned,
};

#[test]
fn a_token_looks_like_mtns_and_is_unique() {
    let gateway = gateway();
    let reply = post(&gateway, "");
    let kind = "application/json;charset=utf-8";
    assert_eq!((reply.status, reply.header("content-type")), (200, kind));
    let json = reply.json();
    let token = json["access_token"].as_str().unwrap();
    assert!((550..600).contains(&token.len()), "{}", token.len());
    assert_eq!(json["token_type"], "access_token");
    assert_eq!(json["expires_in"], 3600);

    let decode = |part| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap();
    let parts: Vec<_> = token.split('.').map(decode).collect();
    assert_eq!(parts[0], br#"{"typ":"JWT","alg":"R256"}"#);
    let claims: serde_json::Value = serde_json::from_slice(&parts[1]).unwrap();
    assert_eq!(claims["clientId"], gateway.credentials().api_user);
    assert_eq!(claims["expires"].as_str().unwrap().len(), 23);
    assert_eq!(claims["sessionId"].as_str().unwrap().len(), 36);
    assert_eq!(parts[2].len(), 256);

    assert_ne!(post(&gateway, "").json()["access_token"], token);
    let issued = gateway.issued();
    assert_eq!((issued.len(), &issued[0].token[..]), (2, token));
    assert!(!issued[0].is_expired());
}

#[test]
fn wrong_credentials_are_refused_as_mtn_does() {
    let gateway = gateway();
    let good = request(&gateway, "/disbursement/token/");
    let without = |name: &str| {
        let kept = good.split("\r\n").filter(|line| !line.starts_with(name));
        kept.collect::<Vec<_>>().join("\r\n")
    };
    let key = &gateway.credentials().subscription_keys[0];
    for (request, status, body) in [
        (without("Ocp-Apim"), 401, "missing subscription key"),
        (good.replace(key, "wrong"), 401, "invalid subscription key"),
        (without("Authorization"), 401, r#"{"error":""#),
        (
            good.replace("Basic ", "Basic AA"),
            500,
            r#"{"error":"login_failed"}"#,
        ),
    ] {
        let reply = send(&gateway, &request);
        assert_eq!(reply.status, status, "{body}");
        assert!(reply.body.contains(body), "{}", reply.body);
        if body.ends_with("key") {
            assert_eq!(reply.json()["statusCode"], json!(status));
            let realm = reply.header("www-authenticate");
            assert!(realm.starts_with("AzureApiManagementKey realm="));
        }
    }
}

#[test]
fn paths_and_methods_other_than_the_operations_are_refused() {
    let gateway = gateway();
    for (path, status) in [
        ("/disbursement/token/", 200),
        ("/collection/token/", 200),
        ("/remittance/token/", 200),
        ("/token/", 404),
        ("/disbursement/token/more", 404),
        ("/disbursement/token", 302),
    ] {
        assert_eq!(send_to(&gateway, path).status, status, "{path}");
    }
    let redirect = send_to(&gateway, "/disbursement/token");
    let elsewhere = "https://elsewhere.invalid/";
    assert!(redirect.header("location").starts_with(elsewhere));
    let get = request(&gateway, "/disbursement/token/").replace("POST", "GET");
    assert_eq!(send(&gateway, &get).status, 405);
}

#[test]
fn a_kept_connection_and_its_requests_are_recorded() {
    let gateway = gateway();
    let mut socket = posted(&gateway, "");
    read_reply(&mut socket).unwrap();
    let path = "/503/disbursement/token/";
    write!(socket, "{}", request(&gateway, path)).unwrap();
    read_reply(&mut socket).unwrap();
    let counts = (gateway.request_count(), gateway.connection_count());
    assert_eq!((counts, gateway.open_connections()), ((2, 1), 1));
    let requests = gateway.requests();
    assert_eq!(requests[1].path, path);
    let names = requests[0].headers.iter().map(|(name, _)| name.as_str());
    let sent = "host authorization ocp-apim-subscription-key content-length";
    assert!(names.eq(sent.split(' ')));

    let ask = |what| send(&gateway, &format!("{what} HTTP/1.1\r\nHost: x\r\n\r\n"));
    let counts = ask("GET /__requests").body;
    assert_eq!(counts, r#"{"connections":1,"count":2}"#);
    assert_eq!(ask("POST /__reset").status, 204);
    assert_eq!(gateway.request_count(), 0);

    gateway.close_connections();
    assert_eq!(socket.read(&mut [0; 1]).unwrap(), 0);
    let _ = socket.shutdown(Shutdown::Both);
    wait_until_closed(&gateway);
}

fn trusting(gateway: &Gateway) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(gateway.ca_pem().as_bytes());
    roots.add(authority.unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

/// The connection by which a token has come.
fn post_with(
    config: Arc<ClientConfig>,
    gateway: &Gateway,
    name: &'static str,
) -> std::io::Result<ClientConnection> {
    let session = ClientConnection::new(config, ServerName::try_from(name).unwrap()).unwrap();
    let mut stream = StreamOwned::new(session, connect(gateway.address()));
    stream.write_all(request(gateway, "/disbursement/token/").as_bytes())?;
    assert_eq!(read_reply(&mut stream).unwrap().status, 200);
    Ok(stream.conn)
}

fn handshake(gateway: &Gateway, name: &'static str) -> std::io::Result<ProtocolVersion> {
    let connection = post_with(trusting(gateway), gateway, name)?;
    Ok(connection.protocol_version().unwrap())
}

#[test]
fn a_tls_session_can_be_resumed() {
    for tls12_only in [false, true] {
        let gateway = Gateway::builder().tls12_only(tls12_only).start().unwrap();
        let config = trusting(&gateway);
        for kind in [HandshakeKind::Full, HandshakeKind::Resumed] {
            let connection = post_with(Arc::clone(&config), &gateway, "localhost").unwrap();
            assert_eq!(connection.handshake_kind(), Some(kind));
        }
        assert_eq!(gateway.connection_count(), 2);
    }
}

#[test]
fn tls_is_served_under_its_own_authority() {
    let gateway = gateway();
    for name in ["localhost", "127.0.0.1", "::1", "gateway.test"] {
        assert_eq!(handshake(&gateway, name).unwrap(), ProtocolVersion::TLSv1_3);
    }
    assert!(handshake(&gateway, "elsewhere.invalid").is_err());
    let old = Gateway::builder().tls12_only(true).start().unwrap();
    let version = handshake(&old, "localhost").unwrap();
    assert_eq!(version, ProtocolVersion::TLSv1_2);
}

#[test]
fn a_bad_certificate_is_bad_in_the_way_asked_for() {
    for (kind, reason) in [
        (ServerCertificate::Expired, "Expired"),
        (ServerCertificate::NotYetValid, "NotValidYet"),
        (ServerCertificate::OtherName, "NotValidForName"),
        (ServerCertificate::UnknownAuthority, "UnknownIssuer"),
    ] {
        let gateway = Builder::default().certificate(kind).start().unwrap();
        let refused = |gateway| {
            let error = format!("{:?}", handshake(gateway, "localhost").unwrap_err());
            assert!(error.contains(reason), "{kind:?}: {error}");
        };
        refused(&gateway);
        gateway.set_certificate(ServerCertificate::Valid).unwrap();
        handshake(&gateway, "localhost").unwrap();
        gateway.set_certificate(kind).unwrap();
        refused(&gateway);
    }
}

#[test]
fn the_ca_is_a_file_while_the_gateway_lives() {
    let gateway = gateway();
    let path = gateway.ca_path().to_owned();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), gateway.ca_pem());
    let address = gateway.address();
    drop(gateway);
    assert!(!path.exists());
    assert!(std::net::TcpStream::connect(address).is_err());
}
