//! TCP connections that end on time and can be ended from another thread.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use socket2::{Domain, SockRef, Type};

use super::resolver;
use super::transport_error::{Kind, Phase, TransportError};
use crate::cancellation::{Cancellation, Interrupt};

/// The kernel rounds a socket's time-out up by as much as an eighth: a long one would overrun the
/// deadline by seconds. It is set in slices of this length, which also stay the same from one
/// read to the next and so are set once.
const SLICE: Duration = Duration::from_millis(200);

pub(crate) struct Socket {
    stream: Arc<TcpStream>,
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
}

/// Where to connect to.
pub(crate) struct Peer<'a> {
    /// A name, or an address (IPv6 in brackets).
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    /// Whether only addresses of this machine's loopback are good, whatever the name says.
    pub(crate) loopback_only: bool,
}

impl Socket {
    /// Looks the host up and connects to the first of its addresses that takes the connection.
    pub(crate) fn connect(
        peer: &Peer,
        deadline: Instant,
        cancellation: &Cancellation,
    ) -> Result<Self, TransportError> {
        let host = peer.host;
        let mut ips = resolver::look_up(host, deadline, cancellation)?;
        if peer.loopback_only {
            ips.retain(IpAddr::is_loopback);
            if ips.is_empty() {
                return Err(TransportError::new(
                    Phase::Resolve,
                    Kind::NoAddress,
                    format!(
                        "{host} has no address on this machine's loopback, and plain http goes \
                         nowhere else; use https, or mend the hosts file"
                    ),
                ));
            }
        }
        let mut last = TransportError::timed_out(Phase::Connect);
        for (tried, ip) in ips.iter().enumerate() {
            let address = SocketAddr::new(*ip, peer.port);
            let left = deadline.saturating_duration_since(Instant::now());
            // Half of what is left for each address but the last: an address that swallows
            // packets must not starve those that would respond.
            let share = if tried + 1 < ips.len() {
                left / 2
            } else {
                left
            };
            match connect(address, share, cancellation) {
                Ok(stream) => {
                    return Ok(Self {
                        stream,
                        read_timeout: None,
                        write_timeout: None,
                    });
                }
                // Neither says anything about the address, nor would another one help.
                Err(error) if matches!(error.kind, Kind::Cancelled | Kind::NoLocalResource) => {
                    return Err(error);
                }
                Err(error) => last = error,
            }
        }
        resolver::doubt(host);
        Err(last)
    }

    /// None as deadline waits for ever.
    pub(crate) fn read(
        &mut self,
        into: &mut [u8],
        deadline: Option<Instant>,
    ) -> Result<usize, TransportError> {
        let mut stream = &*self.stream;
        within(
            deadline,
            &mut self.read_timeout,
            |slice| stream.set_read_timeout(slice),
            || stream.read(into),
        )
    }

    /// Writes some of it, at least a byte.
    pub(crate) fn write(
        &mut self,
        from: &[u8],
        deadline: Option<Instant>,
    ) -> Result<usize, TransportError> {
        let mut stream = &*self.stream;
        within(
            deadline,
            &mut self.write_timeout,
            |slice| stream.set_write_timeout(slice),
            || stream.write(from),
        )
    }

    /// Open is: nothing to read, neither an end nor bytes that nobody asked for.
    pub(crate) fn is_open(&self) -> bool {
        let silent = |result: io::Result<usize>| {
            result.is_err_and(|e| e.kind() == io::ErrorKind::WouldBlock)
        };
        #[cfg(unix)]
        {
            let mut byte = [std::mem::MaybeUninit::uninit()];
            let flags = libc::MSG_PEEK | libc::MSG_DONTWAIT;
            silent(SockRef::from(&*self.stream).recv_with_flags(&mut byte, flags))
        }
        #[cfg(not(unix))]
        {
            self.stream.set_nonblocking(true).is_ok()
                && silent(self.stream.peek(&mut [0]))
                && self.stream.set_nonblocking(false).is_ok()
        }
    }
}

fn connect(
    address: SocketAddr,
    time: Duration,
    cancellation: &Cancellation,
) -> Result<Arc<TcpStream>, TransportError> {
    let failed = |error: io::Error| {
        if error.kind() == io::ErrorKind::TimedOut {
            return TransportError::timed_out(Phase::Connect);
        }
        TransportError::from_local_limit(Phase::Connect, &error).unwrap_or_else(|| {
            TransportError::new(
                Phase::Connect,
                Kind::Unreachable,
                format!(
                    "{address} cannot be reached ({error}); check host, port, firewall and proxy"
                ),
            )
        })
    };
    if time.is_zero() {
        return Err(TransportError::timed_out(Phase::Connect));
    }
    let stream = Arc::new(new_socket(address).map_err(failed)?);
    // Before it connects, so that a cancellation ends the connecting too.
    let weak = Arc::downgrade(&stream);
    let weak: Weak<dyn Interrupt> = weak;
    if !cancellation.interrupts(&weak) {
        return Err(TransportError::cancelled(Phase::Connect));
    }
    SockRef::from(&*stream)
        .connect_timeout(&address.into(), time)
        .map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    Ok(stream)
}

impl Interrupt for TcpStream {
    fn interrupt(&self) {
        // Not connected is an error, and as good as shut down.
        let _ = self.shutdown(Shutdown::Both);
    }
}

/// A socket that does not take the place of standard input, output or error, where the host has
/// closed one of them: whatever the host writes there would go to the peer.
fn new_socket(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = socket2::Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    #[cfg(unix)]
    {
        use std::os::fd::AsRawFd;
        if socket.as_raw_fd() <= libc::STDERR_FILENO {
            // The standard library duplicates to a descriptor of at least 3.
            return TcpStream::from(socket).try_clone();
        }
    }
    Ok(TcpStream::from(socket))
}

/// Repeats `work` until it did something or the time is up, whatever interrupts it. `set` sets the
/// socket's time-out, and `current` is what was set last.
fn within(
    deadline: Option<Instant>,
    current: &mut Option<Duration>,
    set: impl Fn(Option<Duration>) -> io::Result<()>,
    mut work: impl FnMut() -> io::Result<usize>,
) -> Result<usize, TransportError> {
    use io::ErrorKind as E;
    let phase = Phase::Wait;
    loop {
        let left = deadline.map(|d| d.saturating_duration_since(Instant::now()));
        if left.is_some_and(|l| l.is_zero()) {
            return Err(TransportError::timed_out(phase));
        }
        let slice = Some(left.map_or(SLICE, |l| l.min(SLICE)));
        if *current != slice {
            set(slice).map_err(|e| TransportError::from_io(phase, &e))?;
            *current = slice;
        }
        match work() {
            Ok(amount) => return Ok(amount),
            Err(e) if matches!(e.kind(), E::Interrupted | E::WouldBlock | E::TimedOut) => {}
            Err(e) => return Err(TransportError::from_io(phase, &e)),
        }
    }
}
