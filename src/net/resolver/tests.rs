use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Instant;

use super::*;

const FIRST: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const SECOND: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

fn new(resolve: fn(&str) -> Outcome) -> &'static Resolver {
    Box::leak(Box::new(Resolver::new(resolve)))
}

fn second(_: &str) -> Outcome {
    Ok([SECOND].into())
}

fn failing(kind: Kind) -> Outcome {
    Err(TransportError::new(Phase::Resolve, kind, "it fails"))
}

fn never(_: &str) -> Outcome {
    loop {
        sleep(Duration::from_secs(60));
    }
}

/// What was looked up `age` ago.
fn known(resolver: &Resolver, age: Duration) {
    resolver.change(|all| {
        let cached = Cached {
            addresses: [FIRST].into(),
            good_until: Deadline(Deadline::after(MAX_AGE).0.saturating_sub(age)),
        };
        all.insert("host".to_owned(), cached);
    });
}

fn ask(resolver: &'static Resolver, time: Duration) -> Result<Vec<IpAddr>, TransportError> {
    let found = resolver.look_up("host", &Limits::until(Deadline::after(time)));
    found.map(|all| all.to_vec())
}

const NEW: Duration = Duration::ZERO;
const OLD: Duration = Duration::from_secs(61);
const LONG: Duration = Duration::from_secs(20);

#[test]
fn addresses_that_are_old_or_doubtful_are_looked_up_anew() {
    let resolver = new(second);
    known(resolver, NEW);
    assert_eq!(ask(resolver, LONG).unwrap(), [FIRST]);
    resolver.doubt("host");
    assert_eq!(ask(resolver, LONG).unwrap(), [SECOND]);
    known(resolver, OLD);
    assert_eq!(ask(resolver, LONG).unwrap(), [SECOND]);
}

#[test]
fn they_are_used_on_if_the_name_server_fails_but_not_if_the_name_has_gone() {
    let resolver = new(|_| failing(Kind::NoNameServer));
    assert_eq!(ask(resolver, LONG).unwrap_err().kind, Kind::NoNameServer);
    known(resolver, OLD);
    assert_eq!(ask(resolver, LONG).unwrap(), [FIRST]);
    resolver.doubt("host");
    assert_eq!(ask(resolver, LONG).unwrap(), [FIRST]);
    let resolver = new(|_| failing(Kind::NoAddress));
    known(resolver, OLD);
    assert_eq!(ask(resolver, LONG).unwrap_err().kind, Kind::NoAddress);
}

#[test]
fn a_look_up_that_hangs_delays_whoever_knows_an_address_once_and_not_at_every_call() {
    let resolver = new(never);
    known(resolver, OLD);
    let start = Instant::now();
    for _ in 0..100 {
        assert_eq!(ask(resolver, LONG).unwrap(), [FIRST]);
    }
    // Of a hundred delays.
    let spent = start.elapsed();
    assert!(spent < 30 * FALLBACK_AFTER, "{spent:?}");
}

#[test]
fn without_a_fallback_a_look_up_has_all_the_time_of_its_caller() {
    let resolver = new(never);
    let start = Instant::now();
    let error = ask(resolver, 2 * FALLBACK_AFTER).unwrap_err();
    assert_eq!(error.kind, Kind::TimedOut);
    assert!(start.elapsed() >= 2 * FALLBACK_AFTER);
}

#[cfg(unix)]
#[test]
fn a_lack_of_descriptors_is_named_and_forgets_no_address() {
    let resolver = new(|_| {
        let error = std::io::Error::from_raw_os_error(libc::EMFILE);
        let (phase, kind) = (Phase::Resolve, Kind::NoAddress);
        Err(TransportError::of_system(
            phase,
            &error,
            kind,
            String::new(),
        ))
    });
    let error = ask(resolver, LONG).unwrap_err();
    assert_eq!(error.kind, Kind::NoLocalResource);
    let detail = error.detail;
    assert!(detail.contains("no file descriptor left"), "{detail}");
    known(resolver, OLD);
    assert_eq!(ask(resolver, LONG).unwrap(), [FIRST]);
}

#[test]
fn a_look_up_that_panics_is_an_error_and_the_next_one_runs() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let resolver = new(|host| {
        assert!(CALLS.fetch_add(1, Ordering::SeqCst) > 0, "the first call");
        second(host)
    });
    let error = ask(resolver, LONG).unwrap_err();
    assert!(error.detail.contains("panicked"), "{}", error.detail);
    assert_eq!(ask(resolver, LONG).unwrap(), [SECOND]);
}

#[test]
fn a_name_service_may_take_a_quarter_of_a_mebibyte_of_the_stack() {
    let resolver = new(|host| {
        std::hint::black_box(&mut [0_u8; 256 * 1024]);
        second(host)
    });
    assert_eq!(ask(resolver, LONG).unwrap(), [SECOND]);
}
