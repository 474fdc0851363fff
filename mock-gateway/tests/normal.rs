#![allow(clippy::unwrap_used, clippy::panic)]

mod client;

use client::{connect, plain, post, read_reply, request, send};
use momo_mock_gateway::{Builder, Gateway, ServerCertificate};
use std::io::{Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned,
};

fn gateway() -> Gateway {
    Gateway::start().unwrap()
}

#[test]
fn a_token_looks_like_mtns_and_is_unique() {
    use base64::Engine;
    let gateway = gateway();
    let reply = post(&gateway, "");
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.header("content-type"),
        Some("application/json;charset=utf-8")
    );
    let json = reply.json();
    let token = json["access_token"].as_str().unwrap();
    assert!((550..600).contains(&token.len()), "{}", token.len());
    assert_eq!(json["token_type"], "access_token");
    assert_eq!(json["expires_in"], 3600);
    let parts: Vec<_> = token.split('.').collect();
    let decode = |part: &str| {
        base64::prelude::BASE64_URL_SAFE_NO_PAD
            .decode(part)
            .unwrap()
    };
    assert!(
        String::from_utf8(decode(parts[0]))
            .unwrap()
            .contains("\"R256\"")
    );
    let claims: serde_json::Value = serde_json::from_slice(&decode(parts[1])).unwrap();
    assert_eq!(
        claims["clientId"].as_str(),
        Some(gateway.credentials().api_user.as_str())
    );
    assert_eq!(claims["expires"].as_str().unwrap().len(), 23);
    assert_eq!(claims["sessionId"].as_str().unwrap().len(), 36);
    assert_eq!(decode(parts[2]).len(), 256);

    let second = post(&gateway, "").json();
    assert_ne!(second["access_token"], json["access_token"]);
    let issued = gateway.issued();
    assert_eq!(issued.len(), 2);
    assert_eq!(issued[0].token, token);
    assert!(!issued[0].is_expired());
}

#[test]
fn wrong_credentials_are_refused_as_mtn_does() {
    let gateway = gateway();
    let good = request(&gateway, "/disbursement/token/");
    let without = |name: &str| {
        let lines: Vec<_> = good
            .split("\r\n")
            .filter(|line| !line.starts_with(name))
            .collect();
        send(&gateway, &lines.join("\r\n"))
    };
    let key = gateway.credentials().subscription_keys[0].clone();

    let reply = without("Ocp-Apim");
    assert_eq!(reply.status, 401);
    assert!(reply.body.contains("missing subscription key"));
    assert!(
        reply
            .header("www-authenticate")
            .unwrap()
            .starts_with("AzureApiManagementKey realm=")
    );

    let reply = send(&gateway, &good.replace(&key, "wrong"));
    assert_eq!(
        (reply.status, &reply.json()["statusCode"]),
        (401, &serde_json::json!(401))
    );
    assert!(reply.body.contains("invalid subscription key"));

    let reply = without("Authorization");
    assert_eq!(reply.status, 401);
    assert!(reply.json()["error"].is_string());

    let reply = send(&gateway, &good.replace("Basic ", "Basic AA"));
    assert_eq!(
        (reply.status, reply.body.as_str()),
        (500, r#"{"error":"login_failed"}"#)
    );
}

#[test]
fn paths_and_methods_other_than_the_operations_are_refused() {
    let gateway = gateway();
    let status = |path: &str| send(&gateway, &request(&gateway, path)).status;
    assert_eq!(status("/disbursement/token/"), 200);
    assert_eq!(status("/collection/token/"), 200);
    assert_eq!(status("/remittance/token/"), 200);
    assert_eq!(status("/token/"), 404);
    assert_eq!(status("/disbursement/token/more"), 404);
    let reply = send(&gateway, &request(&gateway, "/disbursement/token"));
    assert_eq!(reply.status, 302);
    assert!(
        reply
            .header("location")
            .unwrap()
            .starts_with("https://elsewhere.invalid/")
    );
    let get = request(&gateway, "/disbursement/token/").replace("POST", "GET");
    assert_eq!(send(&gateway, &get).status, 405);
}

#[test]
fn a_kept_connection_and_its_requests_are_recorded() {
    let gateway = gateway();
    let mut socket = plain(&gateway);
    for path in ["/disbursement/token/", "/503/disbursement/token/"] {
        socket
            .write_all(request(&gateway, path).as_bytes())
            .unwrap();
        read_reply(&mut socket).unwrap();
    }
    assert_eq!(
        (gateway.request_count(), gateway.connection_count()),
        (2, 1)
    );
    assert_eq!(gateway.open_connections(), 1);
    let requests = gateway.requests();
    assert_eq!(requests[1].path, "/503/disbursement/token/");
    assert_eq!((requests[0].connection, requests[1].connection), (1, 1));
    let names: Vec<_> = requests[0]
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "host",
            "authorization",
            "ocp-apim-subscription-key",
            "content-length"
        ]
    );

    let asked = send(&gateway, "GET /__requests HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(asked.body, r#"{"connections":1,"count":2}"#);
    assert_eq!(
        send(&gateway, "POST /__reset HTTP/1.1\r\nHost: x\r\n\r\n").status,
        204
    );
    assert_eq!(gateway.request_count(), 0);

    gateway.close_connections();
    assert_eq!(socket.read(&mut [0; 1]).unwrap(), 0);
    let _ = socket.shutdown(Shutdown::Both);
    let start = Instant::now();
    while gateway.open_connections() > 0 && start.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(gateway.open_connections(), 0);
}

fn trusting(gateway: &Gateway) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(gateway.ca_pem().as_bytes()).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

fn post_with(
    config: Arc<ClientConfig>,
    gateway: &Gateway,
    name: &'static str,
) -> std::io::Result<ProtocolVersion> {
    let session = ClientConnection::new(config, ServerName::try_from(name).unwrap()).unwrap();
    let mut stream = StreamOwned::new(session, connect(gateway.address()));
    stream.write_all(request(gateway, "/disbursement/token/").as_bytes())?;
    assert_eq!(read_reply(&mut stream).unwrap().status, 200);
    Ok(stream.conn.protocol_version().unwrap())
}

fn handshake(gateway: &Gateway, name: &'static str) -> std::io::Result<ProtocolVersion> {
    post_with(trusting(gateway), gateway, name)
}

#[test]
fn a_tls_session_can_be_resumed() {
    for tls12_only in [false, true] {
        let gateway = Gateway::builder().tls12_only(tls12_only).start().unwrap();
        let config = trusting(&gateway);
        post_with(Arc::clone(&config), &gateway, "localhost").unwrap();
        assert_eq!(gateway.resumed_count(), 0);
        post_with(config, &gateway, "localhost").unwrap();
        assert_eq!(
            (gateway.resumed_count(), gateway.connection_count()),
            (1, 2)
        );
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
    assert_eq!(
        handshake(&old, "localhost").unwrap(),
        ProtocolVersion::TLSv1_2
    );
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
            let error = handshake(gateway, "localhost").unwrap_err();
            let text = format!("{error:?}");
            assert!(text.contains(reason), "{kind:?}: {text}");
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
