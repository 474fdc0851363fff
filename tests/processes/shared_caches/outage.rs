//! A Redis server that stops, hangs and comes back.

use std::thread::sleep;
use std::time::Duration;

use momo_mock_gateway::Gateway;

use super::process::{Setting, assert_all_good};
use crate::child::{Scratch, free_port};
use crate::redis_server::RedisServer;

/// Tokens of 4 s: each process looks for another one every 2.8 s or so.
#[test]
fn while_redis_stops_hangs_and_starts_under_load_no_call_fails_or_is_late() {
    let gateway = Gateway::start().unwrap();
    let mut server = RedisServer::start();
    let setting = Setting::new(&gateway, "/lifetime-4", &server.url());
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
    assert_all_good(&crowd.reports());
}

/// Without Redis each process goes on alone, and with it they are together again.
#[test]
fn a_server_that_comes_late_is_used_once_it_is_there() {
    let gateway = Gateway::start().unwrap();
    let port = free_port();
    let cache = format!("redis://127.0.0.1:{port}");
    let crowd = Setting::new(&gateway, "/lifetime-8", &cache).crowd(4, 13, 5, -1);
    sleep(Duration::from_secs(2));
    let _server = RedisServer::with(Scratch::new(), port, &[]);
    let reports = crowd.reports();
    assert_all_good(&reports);
    // Alone each asks three times; together they ask twice in all, once it is there.
    let requests = gateway.request_count();
    assert!(requests < 11, "{requests}");
    let adopted = reports.iter().any(|r| r.number("adopted") > 0);
    assert!(adopted, "{reports:?}");
}
