//! A Redis server that is used seldom, is gone, or stalls while a lock is held: other processes wait
//! for it no longer than they must.

use std::thread::sleep;
use std::time::{Duration, Instant};

use super::clients;
use crate::child::{free_port, wait_for};
use crate::common::{Config, Gateway, MOMO_CANCELLED, SOON, ms};
use crate::peer::{BlackHole, has_unread};
use crate::redis_server::RedisServer;

#[test]
fn a_server_that_is_gone_is_told_of_once_and_left_alone() {
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "");
    let port = free_port();
    config.set("cache", &format!("redis://:s3cr3t@127.0.0.1:{port}"));
    let log = config.log();
    let client = config.client();
    for _ in 0..3 {
        client.create().unwrap();
    }
    let text = log.text();
    assert_eq!(text.matches("cannot be used").count(), 1);
    let place = format!("the cache redis://127.0.0.1:{port}/0 cannot be used");
    assert!(text.contains(&place) && !text.contains("s3cr3t"), "{text}");
}

#[test]
fn a_call_that_is_cancelled_does_not_wait_for_a_server_that_hangs() {
    for refresh in ["background", "caller"] {
        let (gateway, hole) = (Gateway::start().unwrap(), BlackHole::start());
        let config = Config::mock(&gateway, "");
        config
            .set("cache", &hole.url("redis"))
            .set("refresh", refresh);
        let client = config.client();
        let ended = std::thread::scope(|scope| {
            // One has its token and tells the server of it; the other looks there first.
            let call = scope.spawn(|| match refresh {
                "background" => client.create().is_ok(),
                _ => client.get().unwrap_err().status == MOMO_CANCELLED,
            });
            let requests = usize::from(refresh == "background");
            wait_for("request", || gateway.issued().len() == requests);
            sleep(ms(100));
            client.cancel();
            let cancelled = Instant::now();
            assert!(call.join().unwrap(), "{refresh}");
            cancelled.elapsed()
        });
        // It waits for a connection for a second.
        assert!(ended < ms(600), "{refresh}: {ended:?}");
    }
}

/// Somebody's mistake, or malice.
#[test]
fn a_lock_without_an_end_holds_nobody_up() {
    let gateway = Gateway::start().unwrap();
    for arguments in ["", "PX 3600000"] {
        let server = RedisServer::start();
        let config = Config::mock(&gateway, "");
        let client = config.set("cache", &server.url()).client();
        let first = client.token();
        let lock = server.keys()[0].replace(":token", ":lock");
        client.invalidate(&first);
        server.ask(&format!("SET {lock} x {arguments}"));
        let start = Instant::now();
        assert_ne!(client.token(), first);
        assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
        assert!(!server.keys().contains(&lock));
    }
}

/// The request is over, and the server holds its end up: in that time the token is refused.
#[test]
fn a_token_that_is_invalidated_while_it_is_being_shared_is_given_to_nobody() {
    let (gateway, server) = (Gateway::start().unwrap(), RedisServer::start());
    let [here, there] = clients(&Config::mock(&gateway, "/delay-300"), server.urls());
    let here = &here;
    let refused = std::thread::scope(|scope| {
        let asking = scope.spawn(|| here.token());
        wait_for("request", || gateway.request_count() == 1);
        server.signal(libc::SIGSTOP);
        wait_for("token on its way to the server", || has_unread(server.port));
        let refused = gateway.issued()[0].token.clone();
        let told = refused.clone();
        let invalidating = scope.spawn(move || here.invalidate(&told));
        wait_for("invalidation", || here.stats().invalidations == 1);
        server.signal(libc::SIGCONT);
        invalidating.join().unwrap();
        // The call may have had it before it was refused.
        asking.join().unwrap();
        refused
    });
    let token = here.token();
    assert_ne!(token, refused);
    assert_eq!(there.token(), token);
    assert_eq!(gateway.request_count(), 2);
}

/// For this time the server neither reads nor responds; the test goes on meanwhile.
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
fn a_token_that_was_invalidated_during_a_stall_is_given_to_no_new_process() {
    let (gateway, server) = (Gateway::start().unwrap(), RedisServer::start());
    let [here, there] = clients(&Config::mock(&gateway, ""), server.urls());
    let refused = here.token();
    let next = stall(&server, ms(700), || {
        here.invalidate(&refused);
        here.token()
    });
    assert_ne!(next, refused);
    assert_eq!(there.token(), next);
    assert_eq!(gateway.request_count(), 2);
}

/// A stall that is shorter than the call, or outlasts it: then the server runs the unlock when it goes
/// on, long after the call has given up.
#[test]
fn a_lock_is_given_back_if_the_server_stalls_as_the_gateway_responds() {
    for milliseconds in [400, 700, 1800] {
        let (gateway, server) = (Gateway::start().unwrap(), RedisServer::start());
        let config = Config::mock(&gateway, "/delay-300");
        let client = config.set("cache", &server.url()).client();
        std::thread::scope(|scope| {
            let asking = scope.spawn(|| client.get().unwrap());
            wait_for("request", || gateway.request_count() == 1);
            if milliseconds < 1000 {
                sleep(ms(200));
                stall(&server, ms(milliseconds), || asking.join().unwrap());
            } else {
                server.ask(&format!("CLIENT PAUSE {milliseconds}"));
                asking.join().unwrap();
            }
        });
        // The server responds again once the pause is over; a lock ends by itself after 5 s.
        let lock = server.keys().into_iter().find(|key| key.ends_with(":lock"));
        assert_eq!(lock, None, "{milliseconds}");
    }
}
