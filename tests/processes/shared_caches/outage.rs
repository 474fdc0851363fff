//! A Redis server that stops, hangs and comes back, needs a password, or is no Redis.

use std::thread::sleep;
use std::time::Duration;

use momo_mock_gateway::Gateway;

use super::process::{Setting, all_tokens, assert_all_good};
use crate::child::{Scratch, free_port};
use crate::redis_server::{RedisServer, self_signed};

/// Tokens of 4 s: each process looks for another one every 2.8 s or so.
#[test]
fn while_redis_stops_hangs_and_starts_under_load_no_call_fails_or_is_late() {
    let gateway = Gateway::start().unwrap();
    let mut server = RedisServer::start();
    let setting = Setting::new("outage", &gateway, "/lifetime-4", &server.url());
    let crowd = setting.crowd(8, 20, 2, 10_000);
    for _ in 0..2 {
        sleep(Duration::from_millis(2300));
        server.stop();
        sleep(Duration::from_millis(1500));
        server.start_again();
        sleep(Duration::from_millis(2300));
        server.signal(libc::SIGSTOP);
        sleep(Duration::from_millis(2500));
        server.signal(libc::SIGCONT);
    }
    let reports = crowd.reports();
    assert_all_good(&reports);
    println!(
        "{} requests, {} tokens",
        gateway.request_count(),
        all_tokens(&reports).len()
    );
}

/// Without Redis each process goes on alone, and with it they are together again.
#[test]
fn a_server_that_comes_late_is_used_once_it_is_there() {
    let gateway = Gateway::start().unwrap();
    let port = free_port();
    let cache = format!("redis://127.0.0.1:{port}");
    let setting = Setting::new("late", &gateway, "/lifetime-8", &cache);
    let crowd = setting.crowd(4, 13, 5, -1);
    sleep(Duration::from_secs(2));
    let _server = RedisServer::with(Scratch::new(), port, &[]);
    let reports = crowd.reports();
    assert_all_good(&reports);
    // Alone each asks three times.
    let requests = gateway.request_count();
    assert!(requests <= 7, "{requests}");
    let together = reports.iter().filter(|r| r.number("adopted") > 0);
    assert!(together.count() >= 3, "{reports:?}");
}

#[test]
fn user_password_database_and_tls_are_those_of_the_url() {
    let scratch = Scratch::new();
    let (key, certificate) = self_signed(&scratch);
    let port = free_port();
    let arguments = format!(
        "--port 0 --tls-port {port} --tls-cert-file {certificate} --tls-key-file {key} \
         --tls-ca-cert-file {certificate} --tls-auth-clients no --user payer on >s3cr:t/ \
         ~libmomo:* +eval +get +set +del +pttl +time +select"
    );
    let arguments: Vec<_> = arguments.split_whitespace().collect();
    let server = RedisServer::with(scratch, port, &arguments);
    let gateway = Gateway::start().unwrap();
    // Both servers are trusted: the option is one.
    let both = server.scratch.write(
        "both.pem",
        std::fs::read_to_string(&certificate).unwrap() + gateway.ca_pem(),
    );
    let url = |user: &str| format!("rediss://{user}@localhost:{port}/3");
    let mut setting = Setting::new("tls", &gateway, "", &url("payer:s3cr%3At%2F"));
    setting.options.push(("ca", both.display().to_string()));
    let first = setting.one();
    let second = setting.one();
    assert_eq!(first.token(), second.token());
    assert_eq!((second.number("adopted"), gateway.request_count()), (1, 1));
    // A wrong password, and a certificate that is not trusted: each goes on by itself.
    setting.cache = url("payer:wrong");
    let alone = setting.one();
    assert_eq!((alone.number("failed"), alone.number("requests")), (0, 1));
    setting.cache = url("payer:s3cr%3At%2F");
    setting.options.clear();
    let alone = setting.one();
    assert_eq!((alone.number("failed"), alone.number("requests")), (0, 1));
}
