//! What is kept where, how much of it, and what is left behind.

use std::collections::HashSet;
use std::ffi::{c_char, c_void};
use std::ptr::null_mut;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::child::{again, case, var, wait_for};
use crate::common::*;
use crate::peer::descriptors;
use momo::ffi::{momo_clear_cache, momo_set_logger};

fn with_cache(gateway: &Gateway, behaviour: &str, cache: &str) -> Config {
    let config = Config::mock(gateway, behaviour);
    config.set("cache", cache);
    config
}

/// In a process of its own, since it is the process's cache.
#[test]
fn a_cleared_cache_asks_again_whoever_kept_the_token() {
    const NAME: &str = "a_cleared_cache_asks_again_whoever_kept_the_token";
    if case().is_none() {
        return again(NAME, "alone").run();
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
            assert_eq!(client.get().unwrap().access_token, token.access_token);
            assert_eq!(gateway.request_count(), round, "{cache}");
            momo_clear_cache();
            assert_eq!(
                client.get_within(0).unwrap_err().status,
                MOMO_WOULD_BLOCK,
                "{cache}"
            );
        }
    }
    // Nor is there anything for those who come later.
    let config = with_cache(&gateway, "/delay-0", "process");
    let token = config.client().get().unwrap().access_token;
    momo_clear_cache();
    assert_ne!(config.client().get().unwrap().access_token, token);
    // A request in progress goes on, and many threads may clear at once.
    gateway.reset();
    let client = with_cache(&gateway, "/delay-300", "process").client();
    std::thread::scope(|scope| {
        let waiting: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| client.get().unwrap()))
            .collect();
        wait_for("request", || gateway.request_count() == 1);
        for _ in 0..4 {
            scope.spawn(|| (0..50).for_each(|_| momo_clear_cache()));
        }
        for thread in waiting {
            thread.join().unwrap();
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
    const NAME: &str = "three_hundred_clients_keep_no_connection_no_thread_and_little_memory";
    const CLIENTS: u64 = 300;
    if case().is_none() {
        for cache in ["process", "client"] {
            let gateway = Gateway::start().unwrap();
            let base_url = gateway.base_url() + "/token-cut-at-99999-200";
            let child = again(NAME, cache)
                .env("BASE_URL", base_url)
                .env("CA", gateway.ca_path())
                .env("REPORT", format!("{}.txt", gateway.ca_path().display()));
            std::thread::scope(|scope| {
                let child = scope.spawn(|| child.run());
                // The child holds its clients until its report is taken away.
                wait_for("request", || gateway.request_count() == CLIENTS + 1);
                wait_for("end of connections", || gateway.open_connections() == 0);
                let report = format!("{}.txt", gateway.ca_path().display());
                wait_for("report", || std::path::Path::new(&report).exists());
                std::fs::remove_file(report).unwrap();
                child.join().unwrap();
            });
        }
        return;
    }
    let cache = case().unwrap();
    let client = |user: &str| {
        let config = Config::new();
        for (name, value) in [
            ("base_url", var("BASE_URL").as_str()),
            ("ca", &var("CA")),
            ("api_user", user),
            ("api_key", "key"),
            ("subscription_key", "key"),
            ("proxy", "none"),
            ("cache", &cache),
        ] {
            config.set(name, value);
        }
        config.client()
    };
    // What the first one brings along is not the others'.
    let alone = threads();
    let first = client("a-user-before-the-others");
    first.get().unwrap();
    wait_for("end of its request's thread", || threads() == alone);
    let before = (alone, descriptors());
    let memory = resident();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|n| client(&format!("user-number-{n:04}")))
        .collect();
    let tokens: HashSet<_> = clients
        .iter()
        .map(|c| c.get().unwrap().access_token)
        .collect();
    assert_eq!(tokens.len() as u64, CLIENTS);
    drop(tokens);
    let per_client = (resident() - memory) * 1024 / CLIENTS;
    wait_for("end of every thread and descriptor", || {
        (threads(), descriptors()) == before
    });
    assert!(per_client < 100 * 1024, "{per_client}");
    println!("{cache}: {per_client} bytes per client");
    let report = std::path::PathBuf::from(var("REPORT"));
    std::fs::write(&report, "").unwrap();
    wait_for("the parent's look at connections", || !report.exists());
    assert!(clients.iter().all(|c| c.get_within(0).is_ok()));
}

/// A host's logger that calls the library, on the entry that the line is about.
struct Curious {
    inner: Config,
    outer: OnceLock<Client>,
    expected: momo_status,
    lines: AtomicU32,
}

// SAFETY: `inner` is used as const only, by one thread at a time.
unsafe impl Sync for Curious {}

unsafe extern "C" fn call_back(user_data: *mut c_void, _: i32, _: *const c_char) {
    // SAFETY: `user_data` is the Curious of the test, which outlives its clients.
    let curious = unsafe { &*user_data.cast::<Curious>() };
    // While the client is made there are lines, too: those that tell of its options.
    let Some(outer) = curious.outer.get() else {
        return;
    };
    let status = |outcome: Result<Token, Error>| outcome.map_or_else(|e| e.status, |_| MOMO_OK);
    let equal = curious.inner.client();
    assert_eq!(status(equal.get()), curious.expected);
    assert_eq!(status(outer.get()), curious.expected);
    outer.invalidate("foreign");
    curious.lines.fetch_add(1, Ordering::SeqCst);
}

#[test]
fn a_logger_may_call_the_library_on_the_same_entry() {
    for (path, expected) in [
        ("/delay-100", MOMO_OK),
        ("/delay-100/403", MOMO_FORBIDDEN),
        ("/delay-100/503-times-1", MOMO_OK),
    ] {
        let gateway = Gateway::start().unwrap();
        let config = with_cache(&gateway, path, "process");
        let config = config.set("max_attempts", "2");
        let curious = Curious {
            inner: with_cache(&gateway, path, "process"),
            outer: OnceLock::new(),
            expected,
            lines: AtomicU32::new(0),
        };
        let user_data = (&raw const curious).cast_mut().cast();
        // SAFETY: a live config; `call_back` takes what `user_data` is.
        let set =
            unsafe { momo_set_logger(config.0, Some(call_back), user_data, None, 4, null_mut()) };
        assert_eq!(set, MOMO_OK);
        let client = curious.outer.get_or_init(|| config.client());
        let requests = |path: &str| 1 + u64::from(path.contains("times-1"));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert_eq!(client.get().is_ok(), expected == MOMO_OK));
            }
        });
        assert!(curious.lines.load(Ordering::SeqCst) > 1, "{path}");
        assert_eq!(gateway.request_count(), requests(path), "{path}");
    }
}
