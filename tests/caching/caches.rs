//! What is kept where, how much of it, and what is left behind.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use crate::child::{again, case, var, wait_for};
use crate::common::*;
use crate::peer::descriptors;
use momo::ffi::momo_clear_cache;

fn with_cache(gateway: &Gateway, behaviour: &str, cache: &str) -> Config {
    let config = Config::mock(gateway, behaviour);
    config.set("cache", cache);
    config
}

/// In a process of its own, since it is the process's cache.
#[test]
fn a_cleared_cache_asks_again_whoever_kept_the_token() {
    if case().is_none() {
        return again(|| (), "alone").passes();
    }
    momo_clear_cache();
    let gateway = Gateway::start().unwrap();
    for cache in ["process", "client"] {
        gateway.reset();
        let config = with_cache(&gateway, "", cache);
        // With timeout_ms 0 nothing is asked, and so no request is counted.
        let client = config.set("refresh", "caller").client();
        for round in 1..=3 {
            let token = client.get().unwrap();
            assert_eq!(client.token(), token.access_token);
            assert_eq!(gateway.request_count(), round, "{cache}");
            momo_clear_cache();
            let status = client.get_within(0).unwrap_err().status;
            assert_eq!(status, MOMO_WOULD_BLOCK, "{cache}");
        }
    }
    // Nor is there anything for those who come later.
    let config = with_cache(&gateway, "/delay-0", "process");
    let token = config.client().token();
    momo_clear_cache();
    assert_ne!(config.client().token(), token);
    // A request in progress goes on, and many threads may clear at once.
    gateway.reset();
    let client = with_cache(&gateway, "/delay-300", "process").client();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| client.get().unwrap());
        }
        wait_for("request", || gateway.request_count() == 1);
        for _ in 0..4 {
            scope.spawn(|| (0..50).for_each(|_| momo_clear_cache()));
        }
    });
    assert_eq!(gateway.request_count(), 1);
}

/// The process's resident memory, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The gateway is the parent's, so that what is measured here is the library's.
#[test]
fn three_hundred_clients_keep_no_connection_no_thread_and_little_memory() {
    const CLIENTS: u64 = 300;
    let Some(cache) = case() else {
        for cache in ["process", "client"] {
            let gateway = Gateway::start().unwrap();
            let base_url = gateway.base_url() + "/token-cut-at-99999-200";
            let mut child = again(|| (), cache);
            child.env("BASE_URL", base_url).env("CA", gateway.ca_path());
            child.passes();
            assert_eq!(gateway.request_count(), CLIENTS + 1);
        }
        return;
    };
    let config = Config::with_credentials(&var("BASE_URL"), &var("CA"));
    config.set("proxy", "none").set("cache", &cache);
    let client = |user: &str| config.set("api_user", user).client();
    // What the first one brings along is not the others'.
    let alone = threads();
    let first = client("a-user-before-the-others");
    first.get().unwrap();
    wait_for("end of its request's thread", || threads() == alone);
    let before = (alone, descriptors());
    let memory = resident();
    let users = (0..CLIENTS).map(|n| format!("user-number-{n:04}"));
    let clients: Vec<_> = users.map(|user| client(&user)).collect();
    let tokens = clients.iter().map(|c| c.token());
    assert_eq!(tokens.collect::<HashSet<_>>().len() as u64, CLIENTS);
    let per_client = (resident() - memory) * 1024 / CLIENTS;
    wait_for("end of every thread and descriptor", || {
        (threads(), descriptors()) == before
    });
    assert!(per_client < 100 * 1024, "{per_client}");
    println!("{cache}: {per_client} bytes per client");
    assert!(clients.iter().all(|c| c.get_within(0).is_ok()));
}

#[test]
fn a_logger_may_call_the_library_on_the_same_entry() {
    for (path, expected, requests) in [
        ("/delay-100", MOMO_OK, 1),
        ("/delay-100/403", MOMO_FORBIDDEN, 1),
        ("/delay-100/503-times-1", MOMO_OK, 2),
    ] {
        let gateway = Gateway::start().unwrap();
        let config = with_cache(&gateway, path, "process");
        let equals = Mutex::new(with_cache(&gateway, path, "process"));
        // None while the client is made: there are lines, too, that tell of its options.
        let known = Arc::new(Mutex::new(None::<Arc<Client>>));
        let lines = Arc::new(AtomicU32::new(0));
        let (own, told) = (Arc::clone(&known), Arc::clone(&lines));
        config.set("max_attempts", "2").listen(move |_, _| {
            let Some(client) = own.lock().unwrap().clone() else {
                return;
            };
            let equal = equals.lock().unwrap().client();
            for client in [&equal, &client] {
                let status = client.get().map_or_else(|e| e.status, |_| MOMO_OK);
                assert_eq!(status, expected);
            }
            client.invalidate("foreign");
            told.fetch_add(1, Ordering::SeqCst);
        });
        let client = Arc::new(config.client());
        *known.lock().unwrap() = Some(Arc::clone(&client));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert_eq!(client.get().is_ok(), expected == MOMO_OK));
            }
        });
        assert!(lines.load(Ordering::SeqCst) > 1, "{path}");
        assert_eq!(gateway.request_count(), requests, "{path}");
        // It has the logger, which has it.
        *known.lock().unwrap() = None;
    }
}
