//! What the functions do with arguments that are no good, and who frees what when.

mod calls;

use std::collections::BTreeSet;
use std::ffi::{CStr, c_void};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::common::*;
use calls::{Live, OTHERS, ROWS, quiet};
use momo::ffi::*;

/// The declarations of momo.h, without comments.
const HEADER: &str = include_str!("../../include/momo_ffi.h");

/// Every function that the header declares, with each of its arguments.
fn declared() -> BTreeSet<String> {
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
            found.insert(format!("{function} {name}"));
        }
    }
    found
}

#[test]
fn every_argument_of_every_function_is_in_the_table() {
    let mut declared = declared();
    // Every row is called with a place for the error and without.
    declared.retain(|name| name == "momo_free_error error" || !name.ends_with(" error"));
    let rows = ROWS.iter().map(|(name, ..)| (*name).to_owned());
    let others = OTHERS.iter().map(|(name, _)| (*name).to_owned());
    assert_eq!(declared, rows.chain(others).collect());
    let functions = declared.iter().map(|name| name.split(' ').next());
    assert_eq!(functions.collect::<BTreeSet<_>>().len(), 21);
}

#[test]
fn what_is_null_not_utf8_or_out_of_range_is_refused_with_its_name() {
    let gateway = Gateway::start().unwrap();
    let live = Live {
        config: Config::mock(&gateway, ""),
        client: Config::mock(&gateway, "").client(),
    };
    for (name, words, call) in ROWS {
        let mut place = 0;
        let outcome = outcome(|error| call(&live, &mut place, error));
        assert_eq!(place, 0, "{name}: the output is NULL");
        let status = call(&live, &mut place, None);
        let Err(error) = outcome else {
            assert_eq!((*words, status), ("OK", MOMO_OK), "{name}");
            continue;
        };
        assert_eq!(error.status, MOMO_INVALID_ARGUMENT, "{name}");
        // Without a place for the error it is the same.
        assert_eq!(status, MOMO_INVALID_ARGUMENT, "{name}");
        assert!(error.message.contains(words), "{name}: {}", error.message);
        assert_eq!((error.http_status, error.retry_after_ms), (0, -1));
    }
    for (_, call) in OTHERS {
        call();
    }
    assert_eq!(gateway.request_count(), 0);
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
fn set_counted(config: Option<&mut momo_config>, log: momo_log_fn, level: i32) -> Arc<AtomicU32> {
    let counter = Arc::new(AtomicU32::new(0));
    let user_data = Arc::into_raw(Arc::clone(&counter)).cast_mut().cast();
    // SAFETY: `count` takes what `user_data` is.
    unsafe { momo_set_logger(config, log, user_data, Some(count), level, None) };
    counter
}

#[test]
fn user_data_is_freed_once_when_nothing_can_use_it_any_more() {
    let gateway = Gateway::start().unwrap();
    let freed = |counter: &Arc<AtomicU32>| counter.load(Ordering::SeqCst);

    let config = Config::mock(&gateway, "");
    let refused = set_counted(None, Some(quiet), 1);
    assert_eq!(freed(&refused), 1, "config is NULL");
    let kept = set_counted(config.live(), Some(quiet), 4);
    let refused = set_counted(config.live(), Some(quiet), 5);
    assert_eq!((freed(&refused), freed(&kept)), (1, 0), "a bad level");
    let next = set_counted(config.live(), Some(quiet), 4);
    assert_eq!((freed(&kept), freed(&next)), (1, 0), "replaced");
    let none = set_counted(config.live(), None, 4);
    assert_eq!((freed(&none), freed(&next)), (1, 1), "no logger");

    let last = set_counted(config.live(), Some(quiet), 4);
    let (one, two) = (config.client(), config.client());
    let replaced = set_counted(config.live(), Some(quiet), 4);
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
        fails(client.get_within(timeout), MOMO_CANCELLED, &[]);
        fails(client.create_within(timeout), MOMO_CANCELLED, &[]);
    }
    client.invalidate("unknown");
    assert_eq!(equal.get().unwrap().access_token, token.access_token);
    equal.create().unwrap();
    assert_eq!(gateway.request_count(), 2);
}

/// A list of options.
struct List(NonNull<momo_option>);

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
    let list = output(|list, error| momo_get_options(client.live(), list, error));
    let list = List(list.unwrap());
    std::thread::spawn(move || drop(client)).join().unwrap();
    let freed = std::thread::spawn(move || {
        let List(first) = { list };
        // SAFETY: the library made it, and it is freed once.
        unsafe {
            assert_eq!(copied(first.as_ref().name), "base_url");
            momo_free_options(Some(first));
        }
    });
    freed.join().unwrap();
}
