//! Connecting to a host that has several addresses, as RFC 8305 ("Happy Eyeballs") has it: the
//! addresses of IPv6 and IPv4 take turns, a next one is tried beside those before it when they have
//! neither responded nor failed for a quarter of a second, and the first connection wins. A route
//! that swallows packets, commonly IPv6's, costs that quarter and not the time of the call.
//!
//! One thread does it all. What RFC 8305 says of look-ups does not apply: the C library's resolver
//! gives the addresses of both families at once.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};

use super::Socket;
use crate::deadline::Deadline;
use crate::net::connection::Limits;
use crate::net::transport_error::{Kind, Phase, TransportError};

/// RFC 8305, section 8: the recommended Connection Contender Delay, and the least that there may be.
const DELAY: Duration = Duration::from_millis(250);
const MIN_DELAY: Duration = Duration::from_millis(10);

/// No host has more; a name server may say that it has.
const MAX_ADDRESSES: usize = 32;

/// Connects to one of the addresses, the first in order being preferred.
pub(super) fn connect(
    ips: &[IpAddr],
    port: u16,
    limits: &Limits,
) -> Result<Socket, TransportError> {
    let deadline = limits.deadline;
    let ips = interleaved(ips);
    let delay = delay(ips.len(), deadline.left());
    let mut untried = ips.into_iter().map(|ip| SocketAddr::new(ip, port));
    let mut race = Race::default();
    let mut next_start = Deadline::now();
    loop {
        if limits.cancellation.is_cancelled() {
            return Err(limits.cancelled());
        }
        let now = Deadline::now();
        if now >= deadline {
            return Err(limits.timed_out());
        }
        let turn = if race.pending.is_empty() || now >= next_start {
            untried.next()
        } else {
            None
        };
        if let Some(address) = turn {
            race.start(address, limits);
            next_start = now + delay;
            continue;
        }
        if race.pending.is_empty() {
            return Err(race.failure());
        }
        let until = if untried.len() == 0 {
            deadline
        } else {
            deadline.min(next_start)
        };
        match race.wait(until.left()) {
            RaceEvent::Connected(socket) => return Ok(socket),
            RaceEvent::Failed => next_start = now,
            RaceEvent::None => {}
        }
    }
}

/// The addresses that are tried: by turns of the two families, each in the order that the system
/// prefers (RFC 8305, section 4, with a First Address Family Count of 1).
fn interleaved(ips: &[IpAddr]) -> Vec<IpAddr> {
    let Some(first) = ips.first() else {
        return Vec::new();
    };
    let (mut preferred, mut other): (Vec<_>, Vec<_>) = ips
        .iter()
        .rev()
        .partition(|ip| ip.is_ipv6() == first.is_ipv6());
    let mut order = Vec::with_capacity(ips.len());
    while let Some(ip) = preferred.pop().or_else(|| other.pop()) {
        order.push(ip);
        order.extend(other.pop());
    }
    order.truncate(MAX_ADDRESSES);
    order
}

/// The pause between two starts. The last of many addresses has its turn within half of the time.
fn delay(addresses: usize, time: Duration) -> Duration {
    let pauses = u32::try_from(addresses.saturating_sub(1)).unwrap_or(u32::MAX);
    let share = (time / 2).checked_div(pauses).unwrap_or(DELAY);
    share.clamp(MIN_DELAY, DELAY)
}

/// Connections that are being made. Those that did not win are closed with it.
#[derive(Default)]
struct Race {
    pending: Vec<(SocketAddr, Socket)>,
    failure: Option<TransportError>,
}

enum RaceEvent {
    Connected(Socket),
    /// One of them is out of the race.
    Failed,
    /// The time was up, or a cancellation has interrupted the wait.
    None,
}

impl Race {
    fn start(&mut self, address: SocketAddr, limits: &Limits) {
        match Socket::start(address, limits) {
            Ok(socket) => self.pending.push((address, socket)),
            Err(error) => self.fail(address, &error),
        }
    }

    fn wait(&mut self, time: Duration) -> RaceEvent {
        let sockets = self.pending.iter().map(|(_, socket)| &*socket.stream);
        let mut waits: Vec<_> = sockets.map(|s| PollFd::new(s, PollFlags::OUT)).collect();
        if let Err(error) = super::wait(&mut waits, time) {
            // The system cannot wait for them: none of them is of use.
            for (address, _) in std::mem::take(&mut self.pending) {
                self.fail(address, &error);
            }
            return RaceEvent::Failed;
        }
        let is_ready: Vec<bool> = waits.iter().map(|w| !w.revents().is_empty()).collect();
        for (index, is_ready) in is_ready.into_iter().enumerate() {
            match connected(&self.pending[index].1.stream, is_ready) {
                Ok(true) => return RaceEvent::Connected(self.pending.swap_remove(index).1),
                Ok(false) => {}
                Err(error) => {
                    let (address, _) = self.pending.swap_remove(index);
                    self.fail(address, &error);
                    return RaceEvent::Failed;
                }
            }
        }
        RaceEvent::None
    }

    /// Keeps the failure of the last address, unless it tells of this machine alone: another
    /// address that was tried says more about the host. (Where IPv6 is switched off, an address of
    /// it fails as if no local port were free.)
    fn fail(&mut self, address: SocketAddr, error: &io::Error) {
        let error = connect_error(address, error);
        if self.failure.is_none() || error.kind != Kind::NoLocalResource {
            self.failure = Some(error);
        }
    }

    fn failure(self) -> TransportError {
        let no_address = || TransportError::timed_out(Phase::Connect);
        self.failure.unwrap_or_else(no_address)
    }
}

/// Whether a connection is made, and ready for use.
fn connected(stream: &TcpStream, is_ready: bool) -> io::Result<bool> {
    // Windows before 10 2004 has no event for a connection that is not to be had.
    if let Some(error) = stream.take_error()? {
        return Err(error);
    }
    if is_ready {
        // Where a cancellation has shut it down meanwhile, there is no error but no peer either.
        stream.peer_addr()?;
        stream.set_nodelay(true)?;
    }
    Ok(is_ready)
}

fn connect_error(address: SocketAddr, error: &io::Error) -> TransportError {
    // The kernel gave up, before our own time was up.
    if error.kind() == io::ErrorKind::TimedOut {
        return TransportError::timed_out(Phase::Connect);
    }
    TransportError::from_local_limit(Phase::Connect, error).unwrap_or_else(|| {
        TransportError::new(
            Phase::Connect,
            Kind::Unreachable,
            format!("{address} cannot be reached ({error}); check host, port, firewall and proxy"),
        )
    })
}

#[cfg(all(test, not(loom)))]
#[allow(clippy::unwrap_used)]
#[path = "race_tests.rs"]
mod tests;
