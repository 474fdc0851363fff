//! TCP connections that end on time and can be ended from another thread.
//!
//! A socket never blocks: Linux rounds a socket's own time-out up, by seconds if it is long, and
//! Windows leaves a socket whose call has timed out in a state that is not defined (SO_RCVTIMEO).

#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod race;

use std::fmt::Display;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use socket2::{Domain, SockRef, Type};

use super::resolver::RESOLVER;
use super::{Connection, Kind, Limits, Result, TransportError};
use crate::Phase;
use crate::cancellation::MAX_WAIT;
#[cfg(unix)]
use crate::sys;

/// What a connection that is being made says in place of an error.
const IN_PROGRESS: Errno = match cfg!(windows) {
    true => Errno::WOULDBLOCK,
    false => Errno::INPROGRESS,
};

pub(crate) struct Socket {
    stream: TcpStream,
    limits: Limits,
}

impl Socket {
    /// Looks the host up and connects to whichever of its addresses takes the connection first.
    pub(crate) fn connect(
        host: &str,
        port: u16,
        loopback_only: bool,
        limits: Limits,
    ) -> Result<Self> {
        #[cfg(feature = "fuzzing")]
        if let Some(outcome) = fuzzing::connect(host, port, &limits) {
            return outcome;
        }
        limits.progress.enter(Phase::Resolve);
        let mut ips = RESOLVER.look_up(host, &limits)?.to_vec();
        if loopback_only {
            ips.retain(IpAddr::is_loopback);
            if ips.is_empty() {
                let detail = format!(
                    "{host} has no address on this machine's loopback, and plain http goes nowhere \
                     else; use https, or correct the hosts file"
                );
                return Err(limits.error(Kind::NoAddress, detail));
            }
        }
        limits.progress.enter(Phase::Connect);
        let stream = race::connect(&ips, port, &limits)?;
        Ok(Self { stream, limits })
    }

    /// Connects to a Unix socket. To the standard library its descriptor is a stream like any other.
    #[cfg(unix)]
    pub(crate) fn connect_to_path(path: &str, limits: Limits) -> Result<Self> {
        limits.progress.enter(Phase::Connect);
        let connect = || loop {
            let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
            // While the server takes no connection, in slices: it may be cancelled meanwhile.
            let left = limits.deadline.left();
            socket.set_write_timeout(Some(left.clamp(Duration::from_millis(1), MAX_WAIT)))?;
            let passes =
                |e: &io::Error| matches!(e.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock);
            match socket.connect(&socket2::SockAddr::unix(path)?) {
                Err(e) if passes(&e) && limits.check().is_ok() => {}
                connected => return connected.and_then(|()| unblocked(socket)),
            }
        };
        let check = "that the server runs, and the rights to its socket";
        let stream = connect().map_err(|error| unreachable(&limits, path, &error, check))?;
        Ok(Self { stream, limits })
    }

    /// Repeats `work` until it did something, the time is up or the call is cancelled. A read waits
    /// before it tries: a response takes time. A cancellation counts more than what has come.
    fn within(
        &self,
        event: PollFlags,
        mut work: impl FnMut(&TcpStream) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let limits = &self.limits;
        let mut waits = event == PollFlags::IN;
        loop {
            let left = limits.check()?;
            if waits {
                let mut socket = [PollFd::new(&self.stream, event)];
                wait(&mut socket, left).map_err(|e| limits.broken(e))?;
                if limits.cancellation.is_cancelled() {
                    continue;
                }
            }
            match work(&self.stream) {
                Err(e) if e.kind() == ErrorKind::WouldBlock => waits = true,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                done => return done.map_err(|e| limits.broken(e).into()),
            }
        }
    }
}

impl Connection for Socket {
    fn limits(&mut self) -> &mut Limits {
        &mut self.limits
    }

    fn has_spoken(&mut self) -> bool {
        self.stream.peek(&mut [0]).is_ok_and(|amount| amount > 0)
    }

    fn is_open(&self) -> bool {
        let silent = self.stream.peek(&mut [0]);
        silent.is_err_and(|e| e.kind() == ErrorKind::WouldBlock)
    }
}

impl Read for Socket {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.within(PollFlags::IN, |mut stream| stream.read(into))
    }
}

impl Write for Socket {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        self.within(PollFlags::OUT, |mut stream| stream.write(from))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn start(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = socket2::Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    let stream = unblocked(socket)?;
    match SockRef::from(&stream).connect(&address.into()) {
        Err(e) if e.raw_os_error() != Some(IN_PROGRESS.raw_os_error()) => Err(e),
        _ => Ok(stream),
    }
}

/// Waits until something has happened to one of the sockets, for this time at most.
fn wait(sockets: &mut [PollFd], time: Duration) -> io::Result<()> {
    let time = Timespec::try_from(time.min(MAX_WAIT)).ok();
    match rustix::event::poll(sockets, time.as_ref()) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn unreachable(
    limits: &Limits,
    address: impl Display,
    error: &io::Error,
    check: &str,
) -> TransportError {
    // The kernel gave up, before our own time was up.
    if error.kind() == ErrorKind::TimedOut {
        return limits.timed_out();
    }
    let detail = format!("{address} cannot be reached ({error}); check {check}");
    TransportError::of_system(Phase::Connect, error, Kind::Unreachable, detail)
}

fn unblocked(socket: socket2::Socket) -> io::Result<TcpStream> {
    socket.set_nonblocking(true)?;
    #[cfg(unix)]
    let socket = sys::no_lower_than(sys::LOWEST_DESCRIPTOR, socket.into())?;
    Ok(TcpStream::from(socket))
}

#[cfg(all(test, not(loom)))]
mod tests;
