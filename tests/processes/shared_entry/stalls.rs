//! A Redis server that stalls or refuses while a lock is held: other processes wait for it no longer
//! than they must.

use std::thread::sleep;
use std::time::{Duration, Instant};

use super::setups::processes;
use crate::child;
use crate::common::{Config, Gateway, SOON};
use crate::redis_server::RedisServer;

fn lock(server: &RedisServer) -> Option<String> {
    server.keys().into_iter().find(|key| key.ends_with(":lock"))
}

/// For this time it neither reads nor responds; the test goes on meanwhile.
fn stall<T>(server: &RedisServer, time: Duration, test: impl FnOnce() -> T) -> T {
    server.signal(libc::SIGSTOP);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            sleep(time);
            server.signal(libc::SIGCONT);
        });
        test()
    })
}

#[test]
fn a_lock_is_given_back_if_the_server_stalls_as_the_gateway_responds() {
    for milliseconds in [400, 700] {
        let (gateway, server) = (Gateway::start().unwrap(), RedisServer::start());
        let [here, ..] = processes(&gateway, "/delay-300", "", server.port);
        std::thread::scope(|scope| {
            let asking = scope.spawn(|| here.get().unwrap());
            child::wait_for("request", || gateway.request_count() == 1);
            sleep(Duration::from_millis(200));
            stall(&server, Duration::from_millis(milliseconds), || {
                asking.join().unwrap();
            });
        });
        assert_eq!(lock(&server), None, "{milliseconds}");
    }
}

#[test]
fn a_token_that_was_invalidated_during_a_stall_is_given_to_no_new_process() {
    let (gateway, server) = (Gateway::start().unwrap(), RedisServer::start());
    let [here, _, there] = processes(&gateway, "", "", server.port);
    let refused = here.get().unwrap().access_token;
    let next = stall(&server, Duration::from_millis(700), || {
        here.invalidate(&refused);
        here.get().unwrap().access_token
    });
    assert_ne!(next, refused);
    assert_eq!(there.get().unwrap().access_token, next);
    assert_eq!(gateway.request_count(), 2);
}

#[test]
fn a_request_that_hangs_keeps_other_processes_waiting_for_no_more_than_seconds() {
    let (gateway, server) = (Gateway::start().unwrap(), RedisServer::start());
    let config = Config::mock(&gateway, "");
    // The request that hangs has no second attempt, which would have a token.
    config.set("attempt_timeout", "30s");
    let [here, there] = [server.url(), server.url().replace("127.0.0.1", "localhost")]
        .map(|cache| config.set("cache", &cache).client());
    gateway.set_delay(Duration::from_secs(60));
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| here.get());
        child::wait_for("request", || gateway.request_count() == 1);
        gateway.set_delay(Duration::ZERO);
        let start = Instant::now();
        there.get().unwrap();
        assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
        here.cancel();
        asking.join().unwrap().unwrap_err();
    });
}

/// The server runs the unlock when it goes on, long after the call has given up.
#[test]
fn a_stall_that_outlasts_the_call_leaves_no_lock_behind() {
    let (gateway, server) = (Gateway::start().unwrap(), RedisServer::start());
    let config = Config::mock(&gateway, "/delay-300");
    let client = config.set("cache", &server.url()).client();
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| client.get().unwrap());
        child::wait_for("request", || gateway.request_count() == 1);
        server.ask("CLIENT PAUSE 1800");
        asking.join().unwrap();
    });
    // The server responds again once the pause is over; a lock ends by itself after 5 s.
    if let Some(left) = lock(&server) {
        let left = String::from_utf8(server.ask(&format!("PTTL {left}"))).unwrap();
        panic!("a lock is left: {left}");
    }
}
