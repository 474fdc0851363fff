//! TCP connections that end on time and can be ended from another thread.

#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod race;
#[cfg(not(windows))]
mod unix;
#[cfg(windows)]
mod windows;

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

#[cfg(not(windows))]
pub(crate) use self::unix::Socket;
#[cfg(windows)]
pub(crate) use self::windows::Socket;
use super::connection::Limits;
use super::progress::Phase;
use super::resolver;
use super::transport_error::{Kind, TransportError};

impl Socket {
    /// Looks the host up and connects to whichever of its addresses takes the connection first.
    pub(crate) fn connect(
        host: &str,
        port: u16,
        loopback_only: bool,
        limits: Limits,
    ) -> Result<Self, TransportError> {
        #[cfg(fuzzing)]
        if let Some(outcome) = fuzzing::connect(host, port, &limits) {
            return outcome;
        }
        limits.enter(Phase::Resolve);
        let mut ips = resolver::look_up(host, limits.deadline, &limits.cancellation)?;
        if loopback_only {
            ips.retain(IpAddr::is_loopback);
            if ips.is_empty() {
                return Err(limits.error(
                    Kind::NoAddress,
                    format!(
                        "{host} has no address on this machine's loopback, and plain http goes \
                         nowhere else; use https, or mend the hosts file"
                    ),
                ));
            }
        }
        limits.enter(Phase::Connect);
        race::connect(&ips, port, &limits).inspect_err(|error| {
            // Neither says anything about the addresses.
            if !matches!(error.kind, Kind::Cancelled | Kind::NoLocalResource) {
                resolver::doubt(host);
            }
        })
    }

    /// Open is: nothing to read, neither an end nor bytes that nobody asked for.
    pub(crate) fn is_open(&self) -> bool {
        let silent = self.peek();
        silent.is_err_and(|e| e.kind() == io::ErrorKind::WouldBlock)
    }

    pub(super) fn has_input(&self) -> bool {
        self.peek().is_ok_and(|amount| amount > 0)
    }

    /// From now on these limits hold, and those before no more.
    pub(super) fn obey(&mut self, limits: Limits) -> Result<(), TransportError> {
        let same = Arc::ptr_eq(&limits.cancellation, &self.limits.cancellation);
        self.limits = limits;
        if !same {
            self.forget_waits();
            if !self.limits.cancellation.interrupts(&self.wait()) {
                return Err(self.limits.cancelled());
            }
        }
        Ok(())
    }
}
