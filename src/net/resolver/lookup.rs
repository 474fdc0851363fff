//! One look-up on a thread of its own, and those who wait for it.

use std::io;
use std::net::{IpAddr, ToSocketAddrs, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Resolver;
use crate::cancellation::Interrupt;
use crate::deadline::Deadline;
use crate::net::transport_error::{Kind, Phase, TransportError};
use crate::sync::{Condvar, Mutex, MutexGuard};
use crate::{panics, sys};

/// Enough for getaddrinfo with every name service that Debian packages.
const STACK: usize = 512 * 1024;

pub(super) type Addresses = Arc<[IpAddr]>;

type Outcome = Result<Addresses, TransportError>;

pub(super) struct Lookup {
    pub(super) started: Deadline,
    outcome: Mutex<Option<Outcome>>,
    changed: Condvar,
}

impl Lookup {
    pub(super) fn new() -> Self {
        Self {
            started: Deadline::now(),
            outcome: Mutex::default(),
            changed: Condvar::default(),
        }
    }

    fn outcome(&self) -> MutexGuard<'_, Option<Outcome>> {
        self.outcome.lock()
    }
}

/// Starts the thread that looks the host up, stores what it finds and tells those who wait.
pub(super) fn start(
    resolver: &'static Resolver,
    host: &str,
    lookup: &Arc<Lookup>,
) -> Result<(), TransportError> {
    let (host, lookup) = (host.to_owned(), Arc::clone(lookup));
    let thread = std::thread::Builder::new()
        .name("momo-resolver".to_owned())
        .stack_size(STACK);
    sys::with_signals_blocked(|| thread.spawn(move || run(resolver, &host, &lookup)))
        .map(|_detached| ())
        .map_err(|e| {
            TransportError::new(
                Phase::Resolve,
                Kind::NoLocalResource,
                format!("no thread can be started for it ({e}); check the limits on threads"),
            )
        })
}

fn run(resolver: &Resolver, host: &str, lookup: &Lookup) {
    // A panic must neither print nor leave those who wait, and the host, without an end.
    let outcome = panics::catch_panic(|| (resolver.resolve)(host)).unwrap_or_else(|| {
        let error = "the look-up panicked; this is a bug in libmomo, please report it";
        Err(TransportError::new(
            Phase::Resolve,
            Kind::NoNameServer,
            error,
        ))
    });
    if let Ok(addresses) = &outcome {
        resolver.store(host, addresses);
    }
    resolver.end(host);
    *lookup.outcome() = Some(outcome);
    lookup.changed.notify_all();
}

/// Asks the C library.
pub(super) fn resolve(host: &str) -> Outcome {
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
    // The C library may call a lack of file descriptors a failed look-up; a socket tells.
    let limit = TransportError::from_local_limit(Phase::Resolve, &error).or_else(|| {
        let probe: io::Error = UdpSocket::bind(("127.0.0.1", 0)).err()?;
        TransportError::from_local_limit(Phase::Resolve, &probe)
    });
    Err(limit.unwrap_or_else(|| {
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
        TransportError::new(Phase::Resolve, kind, detail)
    }))
}

pub(super) struct LookupWaiter {
    lookup: Arc<Lookup>,
    cancelled: AtomicBool,
}

impl Interrupt for LookupWaiter {
    fn interrupt(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        // Through the lock, so that a waiter that has just looked is asleep before it is woken.
        drop(self.lookup.outcome());
        self.lookup.changed.notify_all();
    }
}

impl LookupWaiter {
    pub(super) fn new(lookup: Arc<Lookup>) -> Self {
        Self {
            lookup,
            cancelled: AtomicBool::new(false),
        }
    }

    pub(super) fn wait(&self, deadline: Deadline) -> Result<Vec<IpAddr>, TransportError> {
        let mut outcome = self.lookup.outcome();
        loop {
            match &*outcome {
                Some(Ok(addresses)) => return Ok(addresses.to_vec()),
                Some(Err(error)) => return Err(error.clone()),
                None => {}
            }
            if self.cancelled.load(Ordering::SeqCst) {
                return Err(TransportError::cancelled(Phase::Resolve));
            }
            if deadline.has_passed() {
                return Err(TransportError::timed_out(Phase::Resolve));
            }
            outcome = self.lookup.changed.wait_until(outcome, deadline);
        }
    }
}
