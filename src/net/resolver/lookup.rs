//! One look-up on a thread of its own, and those who wait for it.

use std::io;
use std::net::{IpAddr, ToSocketAddrs, UdpSocket};
use std::sync::Arc;

use super::Resolver;
use crate::cancellation::MAX_WAIT;
use crate::net::connection::Limits;
use crate::net::transport_error::{Kind, Phase, Result, TransportError};
use crate::{Condvar, Deadline, Mutex, panics, sys};

pub(super) type Outcome = Result<Arc<[IpAddr]>>;

pub(super) struct Lookup {
    pub(super) started: Deadline,
    outcome: Mutex<Option<Outcome>>,
    changed: Condvar,
}

impl Lookup {
    /// Starts the thread that looks the host up, stores what it finds and tells those who wait.
    pub(super) fn start(resolver: &'static Resolver, host: &str) -> Result<Arc<Self>> {
        let lookup = Arc::new(Self {
            started: Deadline::now(),
            outcome: Mutex::default(),
            changed: Condvar::default(),
        });
        let (host, running) = (host.to_owned(), Arc::clone(&lookup));
        let started = sys::start_thread("momo-resolver", move || running.run(resolver, &host));
        started.map(|()| lookup).map_err(|e| {
            let why = format!("no thread can be started for it ({e}); check the limits on threads");
            TransportError::new(Phase::Resolve, Kind::NoLocalResource, why)
        })
    }

    fn run(&self, resolver: &Resolver, host: &str) {
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
        *self.outcome.lock() = Some(outcome);
        self.changed.notify_all();
    }

    pub(super) fn wait(&self, limits: &Limits) -> Outcome {
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
    Err(TransportError::of_system(
        Phase::Resolve,
        &probe,
        kind,
        detail,
    ))
}
