use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;

use super::*;

const FIRST: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const SECOND: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

fn new(resolve: Resolve) -> &'static Resolver {
    Box::leak(Box::new(Resolver::new(resolve)))
}

fn second(_: &str) -> Result<Addresses, LookupError> {
    Ok([SECOND].into())
}

fn no_address(_: &str) -> Result<Addresses, LookupError> {
    Err(LookupError::NoAddress("no such name".to_owned()))
}

fn never(_: &str) -> Result<Addresses, LookupError> {
    loop {
        sleep(Duration::from_secs(60));
    }
}

#[cfg(unix)]
fn no_descriptor(_: &str) -> Result<Addresses, LookupError> {
    let error = std::io::Error::from_raw_os_error(libc::EMFILE);
    let error = TransportError::from_local_limit(Phase::Resolve, &error).unwrap();
    Err(LookupError::Transport(error))
}

/// What was looked up `age` ago, by this process or by its parent.
fn known(resolver: &Resolver, age: Duration, inherited: bool) {
    resolver.change(|all| {
        let cached = Cached {
            addresses: [FIRST].into(),
            since: Instant::now().checked_sub(age).unwrap(),
            generation: sys::generation() ^ u64::from(inherited),
            doubtful: false,
        };
        all.insert("host".to_owned(), Arc::new(cached));
    });
}

fn ask(resolver: &'static Resolver, time: Duration) -> Result<Vec<IpAddr>, TransportError> {
    resolver.look_up("host", Deadline::after(time), &Cancellation::new())
}

const NEW: Duration = Duration::ZERO;
const OLD: Duration = Duration::from_secs(61);
const LONG: Duration = Duration::from_secs(20);

#[test]
fn inherited_addresses_age_as_others_do() {
    let resolver = new(second);
    known(resolver, NEW, true);
    assert_eq!(ask(resolver, LONG).unwrap(), [FIRST]);
    known(resolver, OLD, true);
    assert_eq!(ask(resolver, LONG).unwrap(), [SECOND]);
}

#[test]
fn doubtful_addresses_are_looked_up_anew_in_parent_and_child() {
    for inherited in [false, true] {
        let resolver = new(second);
        known(resolver, NEW, inherited);
        resolver.doubt("host");
        assert_eq!(ask(resolver, LONG).unwrap(), [SECOND]);
    }
}

#[test]
fn inherited_addresses_are_used_on_where_a_look_up_fails() {
    let resolver = new(no_address);
    known(resolver, OLD, true);
    assert_eq!(ask(resolver, LONG).unwrap(), [FIRST]);
    known(resolver, OLD, false);
    assert_eq!(ask(resolver, LONG).unwrap_err().kind, Kind::NoAddress);
}

#[test]
fn a_locked_resolver_delays_a_child_once_and_not_at_every_call() {
    let resolver = new(never);
    known(resolver, OLD, true);
    let start = Instant::now();
    for _ in 0..20 {
        assert_eq!(ask(resolver, LONG).unwrap(), [FIRST]);
    }
    // Twenty delays of FALLBACK_AFTER would be ten seconds.
    assert!(
        start.elapsed() < 4 * FALLBACK_AFTER,
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn without_a_fallback_a_look_up_has_all_the_time_of_its_caller() {
    let resolver = new(never);
    known(resolver, OLD, false);
    let start = Instant::now();
    let error = ask(resolver, 2 * FALLBACK_AFTER).unwrap_err();
    assert_eq!(error.kind, Kind::TimedOut);
    assert!(start.elapsed() >= 2 * FALLBACK_AFTER);
}

#[cfg(unix)]
#[test]
fn a_lack_of_descriptors_is_named_and_forgets_no_address() {
    let resolver = new(no_descriptor);
    let error = ask(resolver, LONG).unwrap_err();
    assert_eq!(error.kind, Kind::NoLocalResource);
    assert!(
        error.detail.contains("no file descriptor left"),
        "{}",
        error.detail
    );
    known(resolver, OLD, false);
    assert_eq!(ask(resolver, LONG).unwrap(), [FIRST]);
}

#[test]
fn a_look_up_that_panics_is_an_error_and_the_next_one_runs() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    fn once_broken(host: &str) -> Result<Addresses, LookupError> {
        assert!(CALLS.fetch_add(1, Ordering::SeqCst) > 0, "the first call");
        second(host)
    }
    let resolver = new(once_broken);
    let error = ask(resolver, LONG).unwrap_err();
    assert!(error.detail.contains("panicked"), "{}", error.detail);
    assert_eq!(ask(resolver, LONG).unwrap(), [SECOND]);
}
