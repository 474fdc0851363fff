//! Set-ups of Redis: forgotten connections, servers far away, passwords, sockets, certificates.

use std::time::Duration;

use super::clients;
use super::relay::Relay;
use crate::child::{Scratch, free_port, run, self_signed};
use crate::common::*;
use crate::redis_server::RedisServer;

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
    assert_eq!(there.token(), second);
}

/// A server with TLS and its certificate, to which `Config` may connect.
struct TlsServer {
    server: RedisServer,
    key: String,
    certificate: String,
}

impl TlsServer {
    fn start(arguments: &str) -> Self {
        let scratch = Scratch::new();
        let (key, certificate) = self_signed(&scratch);
        let port = free_port();
        let words = format!(
            "--port 0 --tls-port {port} --tls-cert-file {certificate} --tls-key-file {key} \
             --tls-ca-cert-file {certificate} {arguments}"
        );
        let words: Vec<_> = words.split_whitespace().collect();
        Self {
            server: RedisServer::with(scratch, port, &words),
            key,
            certificate,
        }
    }

    fn config(&self, gateway: &Gateway, behaviour: &str) -> Config {
        let both = std::fs::read_to_string(&self.certificate).unwrap() + gateway.ca_pem();
        let both = self.server.scratch.write("both.pem", both);
        let config = Config::mock(gateway, behaviour);
        config.set("ca", both.to_str().unwrap());
        config
    }
}

fn tls_urls(user: &str, port: u16, database: &str) -> [String; 2] {
    ["localhost", "127.0.0.1"].map(|host| format!("rediss://{user}{host}:{port}{database}"))
}

fn tokens(clients: &[Client; 2]) -> [String; 2] {
    clients.each_ref().map(|client| client.token())
}

#[test]
fn a_server_that_is_far_away_is_used_with_tls_a_user_and_a_database() {
    let tls = TlsServer::start(
        "--tls-auth-clients no --user payer on >pass ~libmomo:* +eval +get +set +del +pttl +time \
         +select",
    );
    let gateway = Gateway::start().unwrap();
    for one_way in [35, 75] {
        let relay = Relay::start(tls.server.port, ms(one_way));
        let before = gateway.request_count();
        let config = tls.config(&gateway, &format!("/lifetime-{}", 100 + one_way));
        let [one, other] = tokens(&clients(
            &config,
            tls_urls("payer:pass@", relay.port(), "/3"),
        ));
        assert_eq!(one, other, "{one_way}");
        assert_eq!(gateway.request_count(), before + 1, "{one_way}");
    }
}

/// As an operator rotates it: the former one ends, and so do the connections that it began.
#[test]
fn a_password_is_read_from_its_file_for_each_connection() {
    let (gateway, scratch) = (Gateway::start().unwrap(), Scratch::new());
    let server = RedisServer::started_with("--requirepass s3cr3t-1");
    let file = scratch.write("password", "\u{feff}s3cr3t-1\r\n");
    let config = Config::mock(&gateway, "");
    config.set("cache_password_file", file.to_str().unwrap());
    let log = config.log();
    let [client, other] = clients(&config, server.urls());
    client.get().unwrap();
    scratch.write("password", "s3cr3t-2\n");
    server.ask(
        "AUTH s3cr3t-1\r\nCONFIG SET requirepass s3cr3t-2\r\nCLIENT KILL TYPE normal SKIPME yes",
    );
    let next = client.create().unwrap().access_token;
    let text = log.text();
    assert!(!text.contains("cannot be used"), "{text}");
    assert!(!text.contains("s3cr3t"), "{text}");
    assert_eq!(other.token(), next);
    for (content, words) in [("", "it is empty"), ("\"s3cr3t-2\"", "quotation marks")] {
        scratch.write("password", content);
        config.set("cache", "redis://[::1]:1");
        let words = ["cache_password_file", words];
        fails(config.try_client(), MOMO_INVALID_CONFIG, &words);
    }
}

#[test]
fn a_unix_socket_is_a_way_to_a_server() {
    let (gateway, scratch) = (Gateway::start().unwrap(), Scratch::new());
    let path = scratch.path("redis.sock");
    let path = path.to_str().unwrap();
    let server = RedisServer::started_with(&format!("--unixsocket {path} --requirepass pass"));
    let url = server.url().replace("//", "//:pass@");
    let config = Config::mock(&gateway, "");
    let log = config.log();
    let ways = [format!("{url}/2"), format!("unix://:pass@{path}?db=2")];
    let [one, other] = tokens(&clients(&config, ways));
    assert_eq!(one, other);
    assert!(!log.text().contains("cannot be used"), "{}", log.text());
    let (client, log) = logged(&gateway, "redis+unix:///no/such/redis.sock");
    client.get().unwrap();
    let told = log.text().contains("/no/such/redis.sock cannot be reached");
    assert!(told, "{}", log.text());
}

#[test]
fn a_server_that_demands_a_client_certificate_gets_one() {
    let gateway = Gateway::start().unwrap();
    for version in ["TLSv1.2", "TLSv1.3"] {
        let tls = TlsServer::start(&format!("--tls-auth-clients yes --tls-protocols {version}"));
        let config = tls.config(&gateway, "");
        let log = config.log();
        let [url, _] = tls_urls("", tls.server.port, "");
        config.set("cache", &url).client().get().unwrap();
        let words = "check cache_client_certificate and cache_client_key";
        assert!(log.text().contains(words), "{}", log.text());
        config
            .set("cache_client_certificate", &tls.certificate)
            .set("cache_client_key", &tls.key);
        let [one, other] = tokens(&clients(&config, tls_urls("", tls.server.port, "/1")));
        assert_eq!(one, other, "{version}");
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
    let other = scratch.path("other.pem");
    let other = other.to_str().unwrap();
    run(&["openssl", "genpkey", "-algorithm", "ED25519", "-out", other]);
    let fifo = scratch.path("fifo");
    let fifo = fifo.to_str().unwrap();
    run(&["mkfifo", fifo]);
    for (file, words) in [
        (fifo, "no regular file"),
        (other, "another certificate's key"),
        (&*certificate, "holds no private key"),
        ("/no/such/file", "cannot be read"),
    ] {
        config.set("cache_client_key", file);
        let words = ["cache_client_key", words];
        fails(config.try_client(), MOMO_INVALID_CONFIG, &words);
    }
}
