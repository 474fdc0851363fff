//! A Redis server that is used seldom, is gone, hangs, or is none.

use std::time::Instant;

use crate::child;
use crate::common::{Config, Gateway, SOON};
use crate::peer::{Peer, has_unread, silent};
use crate::redis_server::RedisServer;

#[test]
fn a_server_that_is_gone_is_told_of_once_and_left_alone() {
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "");
    let port = child::free_port();
    config.set("cache", &format!("redis://:s3cr3t@127.0.0.1:{port}"));
    let log = config.log();
    let client = config.client();
    for _ in 0..3 {
        client.create().unwrap();
    }
    assert_eq!(log.text().matches("cannot be used").count(), 1);
    let place = format!("the cache redis://127.0.0.1:{port}/0 cannot be used");
    assert!(log.text().contains(&place), "{}", log.text());
    assert!(!log.text().contains("s3cr3t"));
}

#[test]
fn a_server_that_hangs_costs_a_call_little_and_is_left_alone() {
    let gateway = Gateway::start().unwrap();
    let hanging = Peer::start(silent);
    let config = Config::mock(&gateway, "");
    let client = config.set("cache", &hanging.url("redis")).client();
    let start = Instant::now();
    client.get().unwrap();
    client.create().unwrap();
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    assert_eq!(hanging.accepted(), 1);
}

/// Somebody's mistake, or malice.
#[test]
fn a_lock_without_an_end_holds_nobody_up() {
    let gateway = Gateway::start().unwrap();
    for arguments in ["", "PX 3600000"] {
        let server = RedisServer::start();
        let config = Config::mock(&gateway, "");
        let client = config.set("cache", &server.url()).client();
        let first = client.get().unwrap().access_token;
        let lock = server.keys()[0].replace(":token", ":lock");
        client.invalidate(&first);
        server.ask(&format!("SET {lock} x {arguments}"));
        let start = Instant::now();
        assert_ne!(client.get().unwrap().access_token, first);
        assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
        assert!(!server.keys().contains(&lock));
    }
}

/// The request is over, and the server holds its end up: in that time the token is refused.
#[test]
fn a_token_that_is_invalidated_while_it_is_being_shared_is_given_to_nobody() {
    let (gateway, server) = (Gateway::start().unwrap(), RedisServer::start());
    let config = Config::mock(&gateway, "/delay-300");
    let [here, there] = [server.url(), server.url().replace("127.0.0.1", "localhost")]
        .map(|option| config.set("cache", &option).client());
    let here = &here;
    let refused = std::thread::scope(|scope| {
        let asking = scope.spawn(|| here.get().unwrap().access_token);
        child::wait_for("request", || gateway.request_count() == 1);
        server.signal(libc::SIGSTOP);
        child::wait_for("token on its way to the server", || has_unread(server.port));
        let refused = gateway.issued()[0].token.clone();
        let told = refused.clone();
        let invalidating = scope.spawn(move || here.invalidate(&told));
        child::wait_for("invalidation", || here.stats().invalidations == 1);
        server.signal(libc::SIGCONT);
        invalidating.join().unwrap();
        // The call may have had it before it was refused.
        asking.join().unwrap();
        refused
    });
    let token = here.get().unwrap().access_token;
    assert_ne!(token, refused);
    assert_eq!(there.get().unwrap().access_token, token);
    assert_eq!(gateway.request_count(), 2);
}
