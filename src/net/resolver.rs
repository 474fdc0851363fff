//! Host names to addresses, for the whole process.
//!
//! The C library's resolver cannot be interrupted, so a look-up runs on a thread of its own: at
//! most one per host, ending when the resolver returns. Callers wait for it no longer than their
//! own time, and come here only when they really connect.
//!
//! Addresses are used for [`MAX_AGE`], unless connecting to them, a proxy's tunnel or a TLS handshake
//! failed. Those that are too old or doubtful are a fallback: a look-up is started, and if it brings
//! nothing for [`FALLBACK_AFTER`], or the name servers fail, they are used on (RFC 8767). They are,
//! too, in a forked child, where the C library's resolver may be locked for ever.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, ToSocketAddrs, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;

use super::{Kind, Limits, Result, TransportError, bare};
use crate::cancellation::MAX_WAIT;
use crate::{Condvar, Deadline, Mutex, PerProcess, Phase, panics, sys};

/// How long addresses are used. The system's own caches honour the lifetime of the DNS records;
/// the C library's functions do not tell it.
const MAX_AGE: Duration = Duration::from_secs(60);

/// How long a look-up runs before addresses that were good are used instead.
const FALLBACK_AFTER: Duration = Duration::from_millis(500);

type Outcome = Result<Arc<[IpAddr]>>;

pub(super) struct Resolver {
    /// [`resolve`]; another function in tests.
    resolve: fn(&str) -> Outcome,
    /// Read and replaced without a lock: a forked child may always use what is cached here.
    cached: ArcSwapOption<HashMap<String, Cached>>,
    running: PerProcess<Mutex<HashMap<String, Arc<Lookup>>>>,
}

#[derive(Clone)]
pub(super) struct Cached {
    addresses: Arc<[IpAddr]>,
    /// Or until connecting to them, a tunnel or a TLS handshake has failed.
    pub(super) good_until: Deadline,
}

/// One look-up, and those who wait for it.
struct Lookup {
    started: Deadline,
    outcome: Mutex<Option<Outcome>>,
    changed: Condvar,
}

pub(super) static RESOLVER: Resolver = Resolver::new(resolve);

impl Resolver {
    const fn new(resolve: fn(&str) -> Outcome) -> Self {
        Self {
            resolve,
            cached: ArcSwapOption::const_empty(),
            running: PerProcess::new(),
        }
    }

    /// The addresses of `host`: an address itself (IPv6 in brackets), or a name.
    pub(super) fn look_up(&'static self, host: &str, limits: &Limits) -> Outcome {
        if let Ok(ip) = bare(host).parse() {
            return Ok(Arc::new([ip]));
        }
        let cached = self.cached(host);
        if let Some(cached) = cached.as_ref().filter(|c| !c.good_until.has_passed()) {
            return Ok(Arc::clone(&cached.addresses));
        }
        let outcome = self.start_or_join(host).and_then(|lookup| {
            let mut limits = limits.clone();
            if cached.is_some() {
                limits.deadline = limits.deadline.min(lookup.started + FALLBACK_AFTER);
            }
            lookup.wait(&limits)
        });
        match (outcome, cached) {
            (Err(e), Some(fallback)) if !matches!(e.kind, Kind::Cancelled | Kind::NoAddress) => {
                Ok(fallback.addresses)
            }
            (outcome, _) => outcome,
        }
    }

    pub(super) fn cached(&self, host: &str) -> Option<Cached> {
        let all = self.cached.load();
        all.as_ref()?.get(host).cloned()
    }

    /// The host could not be reached, or proved to be another: its addresses are looked up anew.
    pub(super) fn doubt(&self, host: &str) {
        self.change(|all| {
            if let Some(cached) = all.get_mut(host) {
                cached.good_until = Deadline::now();
            }
        });
    }

    fn change(&self, change: impl Fn(&mut HashMap<String, Cached>)) {
        self.cached.rcu(|all| {
            let mut next = all.as_deref().cloned().unwrap_or_default();
            change(&mut next);
            Some(Arc::new(next))
        });
    }

    fn start_or_join(&'static self, host: &str) -> Result<Arc<Lookup>> {
        let running = self.running.get_or(Mutex::default);
        let mut running = running.lock();
        if let Some(lookup) = running.get(host) {
            return Ok(Arc::clone(lookup));
        }
        let lookup = Arc::new(Lookup {
            started: Deadline::now(),
            outcome: Mutex::default(),
            changed: Condvar::default(),
        });
        let (name, begun) = (host.to_owned(), Arc::clone(&lookup));
        sys::start_thread("momo-resolver", move || self.run(&name, &begun)).map_err(|e| {
            let why = format!("no thread can be started for it ({e}); check the limits on threads");
            TransportError::new(Phase::Resolve, Kind::NoLocalResource, why)
        })?;
        running.insert(host.to_owned(), Arc::clone(&lookup));
        Ok(lookup)
    }

    /// Looks the host up on this thread, stores what it finds and tells those who wait.
    fn run(&self, host: &str, lookup: &Lookup) {
        // A panic must neither print nor leave those who wait, and the host, without an end.
        let outcome = panics::catch_panic(|| (self.resolve)(host)).unwrap_or_else(|| {
            let why = "the look-up panicked; this is a bug in libmomo, please report it";
            Err(TransportError::new(Phase::Resolve, Kind::NoNameServer, why))
        });
        if let Ok(addresses) = &outcome {
            self.change(|all| {
                let cached = Cached {
                    addresses: Arc::clone(addresses),
                    good_until: Deadline::after(MAX_AGE),
                };
                all.insert(host.to_owned(), cached);
            });
        }
        self.running.get_or(Mutex::default).lock().remove(host);
        *lookup.outcome.lock() = Some(outcome);
        lookup.changed.notify_all();
    }
}

impl Lookup {
    fn wait(&self, limits: &Limits) -> Outcome {
        let mut outcome = self.outcome.lock();
        loop {
            if let Some(outcome) = &*outcome {
                return outcome.clone();
            }
            limits.check()?;
            let until = limits.deadline.min(Deadline::after(MAX_WAIT));
            outcome = self.changed.wait_until(outcome, until);
        }
    }
}

/// Asks the C library.
fn resolve(host: &str) -> Outcome {
    let error = match (host, 0).to_socket_addrs() {
        Ok(found) => {
            let mut addresses: Vec<IpAddr> = found.map(|a| a.ip()).collect();
            addresses.dedup();
            if !addresses.is_empty() {
                return Ok(addresses.into());
            }
            io::Error::other("the name has none")
        }
        Err(error) => error,
    };
    let (kind, detail) = if sys::is_name_server_s_fault(&error) {
        let detail = format!(
            "the name server does not answer for {host} ({error}); try again, and check \
             /etc/resolv.conf and the network"
        );
        (Kind::NoNameServer, detail)
    } else {
        let detail = format!("{host} has no address ({error}); check its spelling, and DNS");
        (Kind::NoAddress, detail)
    };
    // The C library may call a lack of file descriptors a failed look-up; a socket tells.
    let probe = UdpSocket::bind(("127.0.0.1", 0)).err().unwrap_or(error);
    let phase = Phase::Resolve;
    Err(TransportError::of_system(phase, &probe, kind, detail))
}

#[cfg(test)]
mod tests;
