//! Host names to addresses, for the whole process.
//!
//! The C library's resolver cannot be interrupted, so a look-up runs on a thread of its own: at
//! most one per host, ending when the resolver returns. Callers wait for it no longer than their
//! own time, and come here only when they really connect.
//!
//! Addresses are used for [`MAX_AGE`], unless connecting to them or the TLS handshake failed. Those
//! that are too old or doubtful are a fallback: a look-up is started, and if it brings nothing for
//! [`FALLBACK_AFTER`], or the name servers fail, they are used on (RFC 8767). They are, too, in a
//! forked child, where the C library's resolver may be locked for ever.

mod lookup;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;

use super::connection::{Limits, bare};
use super::transport_error::{Kind, Result};
use crate::{Deadline, Mutex, PerProcess};
use lookup::{Lookup, Outcome};

/// How long addresses are used. The system's own caches honour the lifetime of the DNS records;
/// the C library's functions do not tell it.
const MAX_AGE: Duration = Duration::from_secs(60);

/// How long a look-up runs before addresses that were good are used instead.
const FALLBACK_AFTER: Duration = Duration::from_millis(500);

/// [`lookup::resolve`]; another function in tests.
type Resolve = fn(&str) -> Outcome;

pub(super) struct Resolver {
    resolve: Resolve,
    /// Read and replaced without a lock: a forked child may always use what is cached here.
    cached: ArcSwapOption<HashMap<String, Cached>>,
    running: PerProcess<Mutex<HashMap<String, Arc<Lookup>>>>,
}

#[derive(Clone)]
pub(super) struct Cached {
    addresses: Arc<[IpAddr]>,
    /// Or until connecting to them, or the TLS handshake, has failed.
    pub(super) good_until: Deadline,
}

pub(super) static RESOLVER: Resolver = Resolver::new(lookup::resolve);

impl Resolver {
    const fn new(resolve: Resolve) -> Self {
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
        let fallback = cached.map(|cached| Arc::clone(&cached.addresses));
        let lookup = match self.start_or_join(host) {
            Ok(lookup) => lookup,
            // Without a thread nothing can be learned about the addresses: they are used on.
            Err(error) => return fallback.ok_or(error),
        };
        let Some(fallback) = fallback else {
            return lookup.wait(limits);
        };
        let limits = Limits {
            deadline: limits.deadline.min(lookup.started + FALLBACK_AFTER),
            ..limits.clone()
        };
        match lookup.wait(&limits) {
            Err(e) if !matches!(e.kind, Kind::Cancelled | Kind::NoAddress) => Ok(fallback),
            outcome => outcome,
        }
    }

    pub(super) fn cached(&self, host: &str) -> Option<Cached> {
        let all = self.cached.load();
        all.as_ref()?.get(host).cloned()
    }

    fn store(&self, host: &str, addresses: &Arc<[IpAddr]>) {
        let cached = Cached {
            addresses: Arc::clone(addresses),
            good_until: Deadline::after(MAX_AGE),
        };
        self.change(|all| {
            all.insert(host.to_owned(), cached.clone());
        });
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
            let mut next = all.as_ref().map(|a| HashMap::clone(a)).unwrap_or_default();
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
        let lookup = Lookup::start(self, host)?;
        running.insert(host.to_owned(), Arc::clone(&lookup));
        Ok(lookup)
    }

    fn end(&self, host: &str) {
        if let Some(running) = self.running.get() {
            running.lock().remove(host);
        }
    }
}
