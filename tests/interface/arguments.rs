//! What the functions do with arguments that are no good, and who frees what when.

mod calls;

use std::collections::BTreeSet;
use std::ffi::{CStr, c_void};
use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::common::*;
use calls::{Live, Out, ROWS, quiet};
use momo::ffi::*;

/// The declarations of momo.h, without comments.
const HEADER: &str = include_str!("../../include/momo_ffi.h");

/// Every argument of every function that the header declares.
fn declared() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    // A function pointer's own name stands in its first parentheses.
    let pointer = "void (*free_user_data)(void *user_data)";
    let declarations = HEADER.replace(pointer, "free_user_data");
    for declaration in declarations.split(';') {
        let Some((head, arguments)) = declaration.trim_end_matches(')').split_once('(') else {
            continue;
        };
        let function = head.rsplit([' ', '*']).next().unwrap();
        for argument in arguments.split(',').filter(|_| !head.contains("typedef")) {
            let name = argument.rsplit([' ', '*']).next().unwrap();
            found.insert((function.to_owned(), name.to_owned()));
        }
    }
    found
}

#[test]
fn every_argument_of_every_function_is_in_the_table() {
    let rows = ROWS
        .iter()
        .map(|r| (r.function.to_owned(), r.argument.to_owned()));
    assert_eq!(declared(), rows.collect());
    let functions: BTreeSet<&str> = ROWS.iter().map(|r| r.function).collect();
    assert_eq!(functions.len(), 21);
}

#[test]
fn what_is_null_not_utf8_or_out_of_range_is_refused_with_its_name() {
    let gateway = Gateway::start().unwrap();
    let (config, other) = (Config::mock(&gateway, ""), Config::mock(&gateway, ""));
    let client = config.client();
    let live = Live {
        config: other.0,
        client: client.0,
    };
    for row in ROWS {
        let (mut out, garbage) = (Out::garbage(), Out::garbage());
        let Some(status) = (row.call)(&live, &mut out) else {
            continue;
        };
        let name = format!("{} {}: {}", row.function, row.argument, row.words);
        if row.words == "OK" {
            assert_eq!(status, MOMO_OK, "{name}");
            assert!(out.error.is_null(), "{name}");
            continue;
        }
        assert_eq!(status, MOMO_INVALID_ARGUMENT, "{name}");
        if row.words.is_empty() {
            assert_eq!(out.error, garbage.error, "no error was asked for");
        } else {
            // SAFETY: the call wrote it.
            let error = unsafe { outcome(status, out.error) }.unwrap_err();
            assert!(
                error.message.contains(row.words),
                "{name}: {}",
                error.message
            );
            assert_eq!((error.http_status, error.retry_after_ms), (0, -1));
        }
        for (functions, output, is_null) in [
            ("momo_create_client", "client", out.client.is_null()),
            (
                "momo_create_token momo_get_token",
                "token",
                out.token.is_null(),
            ),
            ("momo_get_options", "options", out.options.is_null()),
            ("momo_get_stats", "stats", out.stats.is_null()),
        ] {
            let is_other = !functions.contains(row.function) || row.argument == output;
            assert!(is_other || is_null, "{name}");
        }
    }
    assert_eq!(gateway.request_count(), 0);
}

#[test]
fn the_error_is_null_on_success_and_the_output_on_failure_whatever_was_there() {
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "");
    let client = config.client();
    for function in [momo_create_token, momo_get_token] {
        for timeout in [-1, i64::MAX] {
            let mut out = Out::garbage();
            // SAFETY: a live client, places of our own.
            unsafe {
                let status = function(client.0, timeout, &raw mut out.token, &raw mut out.error);
                assert_eq!((status, out.error.is_null()), (MOMO_OK, true));
                momo_free_token(out.token);
            }
        }
    }
    let incomplete = Config::new();
    for (config, ok) in [(config.0, true), (incomplete.0, false)] {
        let mut out = Out::garbage();
        // SAFETY: a live config, places of our own.
        unsafe {
            let status = momo_create_client(config, &raw mut out.client, &raw mut out.error);
            assert_eq!((status == MOMO_OK, out.error.is_null()), (ok, ok));
            assert_eq!(out.client.is_null(), !ok);
            momo_free_client(out.client);
            momo_free_error(out.error);
        }
    }
}

#[test]
fn every_status_of_the_header_has_its_name_and_no_other_number_has_one() {
    let mut named = std::collections::HashMap::new();
    let (_, statuses) = HEADER.split_once("enum momo_status {").unwrap();
    let (statuses, _) = statuses.split_once('}').unwrap();
    for line in statuses.lines().map(str::trim) {
        if let Some((name, number)) = line.trim_end_matches(',').split_once(" = ") {
            named.insert(number.parse::<i32>().unwrap(), name.to_owned());
        }
    }
    assert_eq!(named.len(), 19);
    for status in (-1000..1000).chain([i32::MIN, i32::MAX]) {
        // SAFETY: never NULL, a static string.
        let name = unsafe { CStr::from_ptr(momo_status_name(status)) };
        let expected = named.get(&status).map_or("MOMO_UNKNOWN", |n| n);
        assert_eq!(name.to_str().unwrap(), expected, "{status}");
    }
}

unsafe extern "C" fn count(user_data: *mut c_void) {
    // SAFETY: `set_counted` gave a reference of the counter away with the pointer.
    let counter = unsafe { Arc::from_raw(user_data.cast::<AtomicU32>()) };
    counter.fetch_add(1, Ordering::SeqCst);
}

/// Sets a logger whose `free_user_data` counts.
fn set_counted(config: *mut momo_config, log: momo_log_fn, level: i32) -> Arc<AtomicU32> {
    let counter = Arc::new(AtomicU32::new(0));
    let user_data = Arc::into_raw(Arc::clone(&counter)).cast_mut().cast();
    // SAFETY: NULL or a live config; `count` takes what `user_data` is.
    unsafe { momo_set_logger(config, log, user_data, Some(count), level, null_mut()) };
    counter
}

#[test]
fn user_data_is_freed_once_when_nothing_can_use_it_any_more() {
    let gateway = Gateway::start().unwrap();
    let freed = |counter: &Arc<AtomicU32>| counter.load(Ordering::SeqCst);

    let config = Config::mock(&gateway, "");
    let refused = set_counted(null_mut(), Some(quiet), 1);
    assert_eq!(freed(&refused), 1, "config is NULL");
    let kept = set_counted(config.0, Some(quiet), 4);
    let refused = set_counted(config.0, Some(quiet), 5);
    assert_eq!((freed(&refused), freed(&kept)), (1, 0), "a bad level");
    let next = set_counted(config.0, Some(quiet), 4);
    assert_eq!((freed(&kept), freed(&next)), (1, 0), "replaced");
    let none = set_counted(config.0, None, 4);
    assert_eq!((freed(&none), freed(&next)), (1, 1), "no logger");

    let last = set_counted(config.0, Some(quiet), 4);
    let (one, two) = (config.client(), config.client());
    let replaced = set_counted(config.0, Some(quiet), 4);
    assert_eq!(freed(&last), 0, "clients hold it");
    drop(config);
    assert_eq!((freed(&last), freed(&replaced)), (0, 1));
    drop(one);
    two.create().unwrap();
    assert_eq!(freed(&last), 0);
    drop(two);
    assert_eq!(freed(&last), 1);
}

#[test]
fn a_cancelled_client_stays_cancelled_and_its_equals_go_on() {
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "");
    config.set("cache", "process");
    let (client, equal) = (config.client(), config.client());
    let token = client.get().unwrap();
    client.cancel();
    client.cancel();
    for timeout in [-1, 0, 1, i64::MAX] {
        assert_eq!(
            client.get_within(timeout).unwrap_err().status,
            MOMO_CANCELLED
        );
        assert_eq!(
            client.create_within(timeout).unwrap_err().status,
            MOMO_CANCELLED
        );
    }
    client.invalidate("unknown");
    assert_eq!(equal.get().unwrap().access_token, token.access_token);
    equal.create().unwrap();
    assert_eq!(gateway.request_count(), 2);
}

/// A list of options.
struct List(*mut momo_option);

// SAFETY: the interface says that any thread may free it.
unsafe impl Send for List {}

#[test]
fn handles_and_lists_are_used_and_freed_on_any_thread() {
    let gateway = Gateway::start().unwrap();
    let made = std::thread::spawn({
        let config = Config::mock(&gateway, "");
        move || (config.log(), config.client(), config)
    });
    let (log, client, config) = made.join().unwrap();
    let used = std::thread::spawn(move || {
        drop(config);
        let error = client.create_within(0).unwrap_err();
        client.create().unwrap();
        (client, error)
    });
    let (client, error) = used.join().unwrap();
    assert_eq!(error.status, MOMO_WOULD_BLOCK);
    assert!(log.text().contains("issued a token"), "{}", log.text());
    client.get().unwrap();
    let options = client.options();
    std::thread::scope(|scope| {
        let threads = [(); 8].map(|()| scope.spawn(|| client.options()));
        for thread in threads {
            assert_eq!(thread.join().unwrap(), options);
        }
    });
    client.cancel();
    assert_eq!(client.options(), options, "a cancelled client has them");
    let mut list = List(null_mut());
    // SAFETY: a live client and a place of our own.
    let status = unsafe { momo_get_options(client.0, &raw mut list.0, null_mut()) };
    assert_eq!(status, MOMO_OK);
    std::thread::spawn(move || drop(client)).join().unwrap();
    let freed = std::thread::spawn(move || {
        let List(first) = { list };
        // SAFETY: the library made it, and it is freed once.
        unsafe {
            assert_eq!(copied((*first).name), "base_url");
            momo_free_options(first);
        }
    });
    freed.join().unwrap();
}
