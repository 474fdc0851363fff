//! Connecting to a host that has several addresses, as RFC 8305 ("Happy Eyeballs") has it: the
//! addresses of IPv6 and IPv4 take turns, a next one is tried beside those before it when they have
//! neither responded nor failed for a quarter of a second, and the first connection wins. A route
//! that swallows packets, commonly IPv6's, costs that quarter and not the time of the call.
//!
//! One thread does it all. What RFC 8305 says of look-ups does not apply: the C library's resolver
//! gives the addresses of both families at once.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};

use crate::Deadline;
use crate::net::{Kind, Limits, Result};

/// RFC 8305, section 8: the recommended Connection Contender Delay, and the least that there may be.
const DELAY: Duration = Duration::from_millis(250);
const MIN_DELAY: Duration = Duration::from_millis(10);

/// No host has more; a name server may say that it has.
const MAX_ADDRESSES: usize = 32;

/// The first address in order is preferred. Connections that do not win are closed.
pub(super) fn connect(ips: &[IpAddr], port: u16, limits: &Limits) -> Result<TcpStream> {
    let ips = interleaved(ips);
    let delay = delay(ips.len(), limits.deadline.left());
    let mut untried = ips.into_iter().map(|ip| SocketAddr::new(ip, port));
    let mut pending: Vec<(SocketAddr, TcpStream)> = Vec::new();
    let mut failure = None;
    let mut next_start = Deadline::now();
    loop {
        limits.check()?;
        let now = Deadline::now();
        let is_turn = pending.is_empty() || now >= next_start;
        let (address, error) = if let Some(address) = is_turn.then(|| untried.next()).flatten() {
            next_start = now + delay;
            match super::start(address) {
                Ok(stream) => {
                    pending.push((address, stream));
                    continue;
                }
                Err(error) => (address, error),
            }
        } else if pending.is_empty() {
            return Err(failure.unwrap_or_else(|| limits.timed_out()));
        } else {
            let turn = (untried.len() > 0).then_some(next_start);
            let until = turn.map_or(limits.deadline, |turn| turn.min(limits.deadline));
            match wait(&mut pending, until.left()) {
                None => continue,
                Some((_, Ok(stream))) => return Ok(stream),
                Some((address, Err(error))) => (address, error),
            }
        };
        next_start = now;
        let check = "host, port, firewall and proxy";
        let last = super::unreachable(limits, address, &error, check);
        // What this machine lacks says less than the failure of another address. (With IPv6 switched
        // off its addresses fail as if no local port were free.)
        let is_lack = last.kind == Kind::NoLocalResource;
        failure = failure.filter(|_| is_lack).or(Some(last));
    }
}

/// The addresses that are tried: by turns of the two families, each in the order that the system
/// prefers (RFC 8305, section 4, with a First Address Family Count of 1).
fn interleaved(ips: &[IpAddr]) -> Vec<IpAddr> {
    let mut counts = [0; 2];
    let turns = ips.iter().map(|ip| {
        let is_other = ip.is_ipv6() != ips[0].is_ipv6();
        let count = &mut counts[usize::from(is_other)];
        *count += 1;
        ((*count, is_other), *ip)
    });
    let order: BTreeMap<_, _> = turns.collect();
    order.into_values().take(MAX_ADDRESSES).collect()
}

/// The pause between two starts. The last of many addresses has its turn within half of the time.
fn delay(addresses: usize, time: Duration) -> Duration {
    let pauses = u32::try_from(addresses.saturating_sub(1)).unwrap_or(u32::MAX);
    let share = (time / 2).checked_div(pauses).unwrap_or(DELAY);
    share.clamp(MIN_DELAY, DELAY)
}

/// Waits until one of the connections is made or failed, and takes it out. None: the time was up.
fn wait(
    pending: &mut Vec<(SocketAddr, TcpStream)>,
    time: Duration,
) -> Option<(SocketAddr, io::Result<TcpStream>)> {
    let streams = pending.iter().map(|(_, stream)| stream);
    let mut events: Vec<_> = streams.map(|s| PollFd::new(s, PollFlags::OUT)).collect();
    if let Err(error) = super::wait(&mut events, time) {
        return Some((pending.swap_remove(0).0, Err(error)));
    }
    let mut waited = pending.iter().zip(&events).enumerate();
    let (index, outcome) = waited.find_map(|(index, ((_, stream), event))| {
        let outcome = match stream.take_error() {
            Ok(None) if !event.revents().is_empty() => stream.set_nodelay(true),
            // Windows before 10 2004 has no event for a connection that is not to be had.
            Ok(None) => return None,
            Ok(Some(error)) | Err(error) => Err(error),
        };
        Some((index, outcome))
    })?;
    let (address, stream) = pending.swap_remove(index);
    Some((address, outcome.map(|()| stream)))
}

#[cfg(all(test, not(loom)))]
mod tests;
