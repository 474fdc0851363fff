//! Set-ups of Redis: forgotten connections, servers far away, passwords, sockets, certificates.

use std::time::Duration;

use super::relay::Relay;
use crate::child::{self, Scratch, free_port, self_signed};
use crate::common::{Client, Config, Gateway, Log};
use crate::redis_server::RedisServer;

/// Each with a memory of its own, as processes have: the names of the place differ.
pub(crate) fn processes(gateway: &Gateway, behaviour: &str, user: &str, port: u16) -> [Client; 3] {
    let config = Config::mock(gateway, behaviour);
    ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"].map(|host| {
        let cache = format!("redis://{user}{host}:{port}");
        config.set("cache", &cache).client()
    })
}

pub(crate) fn logged(gateway: &Gateway, cache: &str) -> (Client, Log) {
    let config = Config::mock(gateway, "");
    config.set("cache", cache);
    let log = config.log();
    (config.client(), log)
}

#[test]
fn a_connection_that_was_forgotten_on_the_way_is_replaced_at_once() {
    let (gateway, server) = (Gateway::start().unwrap(), RedisServer::start());
    let relay = Relay::start(server.port, Duration::ZERO);
    let (here, log) = logged(&gateway, &format!("redis://127.0.0.1:{}", relay.port()));
    here.get().unwrap();
    relay.forget();
    let second = here.create().unwrap().access_token;
    assert!(!log.text().contains("cannot be used"), "{}", log.text());
    let there = logged(&gateway, &server.url()).0;
    assert_eq!(there.get().unwrap().access_token, second);
}

#[test]
fn a_server_that_is_far_away_is_used_with_tls_a_user_and_a_database() {
    let scratch = Scratch::new();
    let (key, certificate) = self_signed(&scratch);
    let port = free_port();
    let arguments = format!(
        "--port 0 --tls-port {port} --tls-cert-file {certificate} --tls-key-file {key} \
         --tls-ca-cert-file {certificate} --tls-auth-clients no --user payer on >pass \
         ~libmomo:* +eval +get +set +del +pttl +time +select"
    );
    let arguments: Vec<_> = arguments.split_whitespace().collect();
    let server = RedisServer::with(scratch, port, &arguments);
    let gateway = Gateway::start().unwrap();
    let both = std::fs::read_to_string(&certificate).unwrap() + gateway.ca_pem();
    let both = server.scratch.write("both.pem", both);
    for one_way in [35, 75] {
        let relay = Relay::start(port, Duration::from_millis(one_way));
        let before = gateway.request_count();
        let tokens = ["localhost", "127.0.0.1"].map(|host| {
            let config = Config::mock(&gateway, &format!("/lifetime-{}", 100 + one_way));
            config.set("ca", both.to_str().unwrap());
            let cache = format!("rediss://payer:pass@{host}:{}/3", relay.port());
            let client = config.set("cache", &cache).client();
            client.get().unwrap().access_token
        });
        assert_eq!(tokens[0], tokens[1], "{one_way}");
        assert_eq!(gateway.request_count(), before + 1, "{one_way}");
    }
}

/// As an operator rotates it: the former one ends, and so do the connections that it began.
#[test]
fn a_password_is_read_from_its_file_for_each_connection() {
    let (gateway, scratch) = (Gateway::start().unwrap(), Scratch::new());
    let server = RedisServer::with(Scratch::new(), free_port(), &["--requirepass", "s3cr3t-1"]);
    let file = scratch.write("password", "\u{feff}s3cr3t-1\r\n");
    let config = Config::mock(&gateway, "");
    config.set("cache", &server.url());
    config.set("cache_password_file", file.to_str().unwrap());
    let log = config.log();
    let client = config.client();
    client.get().unwrap();
    scratch.write("password", "s3cr3t-2\n");
    server.ask(
        "AUTH s3cr3t-1\r\nCONFIG SET requirepass s3cr3t-2\r\nCLIENT KILL TYPE normal SKIPME yes",
    );
    let next = client.create().unwrap().access_token;
    let text = log.text();
    assert!(!text.contains("cannot be used"), "{text}");
    assert!(!text.contains("s3cr3t"), "{text}");
    let other = config.set("cache", &server.url().replace("127.0.0.1", "localhost"));
    assert_eq!(other.client().get().unwrap().access_token, next);
    for (content, words) in [("", "it is empty"), ("\"s3cr3t-2\"", "quotation marks")] {
        scratch.write("password", content);
        let error = config
            .set("cache", "redis://[::1]:1")
            .try_client()
            .err()
            .unwrap();
        assert!(error.message.contains("cache_password_file"), "{error:?}");
        assert!(error.message.contains(words), "{error:?}");
    }
}

#[test]
fn a_unix_socket_is_a_way_to_a_server() {
    let (gateway, scratch) = (Gateway::start().unwrap(), Scratch::new());
    let path = scratch.path("redis.sock");
    let path = path.to_str().unwrap();
    let arguments = ["--unixsocket", path, "--requirepass", "pass"];
    let server = RedisServer::with(Scratch::new(), free_port(), &arguments);
    let url = server.url().replace("//", "//:pass@");
    let tokens = [format!("{url}/2"), format!("unix://:pass@{path}?db=2")].map(|cache| {
        let (client, log) = logged(&gateway, &cache);
        let token = client.get().unwrap().access_token;
        client.get().unwrap();
        assert!(!log.text().contains("cannot be used"), "{}", log.text());
        token
    });
    assert_eq!(tokens[0], tokens[1]);
    let (client, log) = logged(&gateway, "redis+unix:///no/such/redis.sock");
    client.get().unwrap();
    let text = log.text();
    assert!(
        text.contains("/no/such/redis.sock cannot be reached"),
        "{text}"
    );
}

#[test]
fn a_server_that_demands_a_client_certificate_gets_one() {
    let (gateway, scratch) = (Gateway::start().unwrap(), Scratch::new());
    let (key, certificate) = self_signed(&scratch);
    let both = std::fs::read_to_string(&certificate).unwrap() + gateway.ca_pem();
    let both = scratch.write("both.pem", both);
    for version in ["TLSv1.2", "TLSv1.3"] {
        let port = free_port();
        let arguments = format!(
            "--port 0 --tls-port {port} --tls-cert-file {certificate} --tls-key-file {key} \
             --tls-ca-cert-file {certificate} --tls-auth-clients yes --tls-protocols {version}"
        );
        let arguments: Vec<_> = arguments.split_whitespace().collect();
        let _server = RedisServer::with(Scratch::new(), port, &arguments);
        let config = Config::mock(&gateway, "");
        config.set("ca", both.to_str().unwrap());
        let log = config.log();
        config.set("cache", &format!("rediss://localhost:{port}"));
        config.client().get().unwrap();
        let text = log.text();
        assert!(
            text.contains("check cache_client_certificate and cache_client_key"),
            "{text}"
        );
        config
            .set("cache_client_certificate", &certificate)
            .set("cache_client_key", &key);
        let tokens = ["127.0.0.1", "localhost"].map(|host| {
            let cache = format!("rediss://{host}:{port}/1");
            let client = config.set("cache", &cache).client();
            client.get().unwrap().access_token
        });
        assert_eq!(tokens[0], tokens[1], "{version}");
    }
}

#[test]
fn a_client_certificate_whose_key_is_not_there_is_refused() {
    let (gateway, scratch) = (Gateway::start().unwrap(), Scratch::new());
    let (_, certificate) = self_signed(&scratch);
    let config = Config::mock(&gateway, "");
    config
        .set("cache", "rediss://localhost:1")
        .set("cache_client_certificate", &certificate);
    let other = scratch.path("other.pem").display().to_string();
    child::run(&[
        "openssl",
        "genpkey",
        "-algorithm",
        "ED25519",
        "-out",
        &other,
    ]);
    for (file, words) in [
        (other.as_str(), "another certificate's key"),
        (certificate.as_str(), "holds no private key"),
        ("/no/such/file", "cannot be read"),
    ] {
        let error = config
            .set("cache_client_key", file)
            .try_client()
            .err()
            .unwrap();
        assert!(error.message.contains("cache_client_key"), "{error:?}");
        assert!(error.message.contains(words), "{error:?}");
    }
}
