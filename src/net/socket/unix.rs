//! Sockets that block, in slices of time, once they are connected.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::sync::{Arc, Weak};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use socket2::{Domain, SockAddr, SockRef, Type};

use super::race::Contender;
use crate::cancellation::Interrupt;
use crate::net::connection::Limits;
use crate::net::progress::Phase;
use crate::net::transport_error::{Kind, TransportError};

/// The kernel rounds a socket's time-out up by as much as an eighth: a long one would overrun the
/// deadline by seconds. It is set in slices of this length, which also stay the same from one
/// read to the next and so are set once.
const SLICE: Duration = Duration::from_millis(200);

pub(crate) struct Socket {
    stream: Arc<TcpStream>,
    wait: Arc<SocketWait>,
    pub(in crate::net) limits: Limits,
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
}

impl Socket {
    pub(super) fn new(address: SocketAddr, limits: &Limits) -> io::Result<Self> {
        Ok(Self::of(new_socket(address)?, limits.clone()))
    }

    /// Connects to a Unix socket. To the standard library its descriptor is a stream like any other.
    pub(crate) fn connect_to_path(path: &str, limits: Limits) -> Result<Self, TransportError> {
        limits.enter(Phase::Connect);
        let connect = || {
            let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
            socket.set_write_timeout(Some(limits.deadline.left().max(Duration::from_millis(1))))?;
            socket.connect(&SockAddr::unix(path)?)?;
            no_standard_stream(socket)
        };
        let connected = connect().map_err(|error| {
            TransportError::from_local_limit(Phase::Connect, &error).unwrap_or_else(|| {
                let detail = format!(
                    "{path} cannot be reached ({error}); check that the server runs, and the rights \
                     to its socket"
                );
                limits.error(Kind::Unreachable, detail)
            })
        })?;
        Ok(Self::of(connected, limits))
    }

    pub(super) fn of(stream: TcpStream, limits: Limits) -> Self {
        let stream = Arc::new(stream);
        Self {
            wait: Arc::new(SocketWait(Arc::clone(&stream))),
            stream,
            limits,
            read_timeout: None,
            write_timeout: None,
        }
    }

    /// What a cancellation interrupts.
    pub(super) fn wait(&self) -> Weak<dyn Interrupt> {
        Arc::downgrade(&self.wait) as Weak<dyn Interrupt>
    }

    pub(super) fn forget_waits(&mut self) {
        self.wait = Arc::new(SocketWait(Arc::clone(&self.stream)));
    }

    /// The socket does not block until it is [`connected`](Self::connected).
    pub(super) fn start_connecting(&self, address: SocketAddr) -> io::Result<()> {
        self.stream.set_nonblocking(true)?;
        match SockRef::from(&*self.stream).connect(&address.into()) {
            Err(e) if e.raw_os_error() == Some(libc::EINPROGRESS) => Ok(()),
            outcome => outcome,
        }
    }

    /// Waits until one of the attempts is over, and says which and how. None: the time was up, or
    /// a signal or a cancellation has interrupted the wait.
    pub(super) fn wait_for_connection(
        pending: &[Contender],
        time: Duration,
    ) -> io::Result<Option<(usize, io::Result<()>)>> {
        let streams = pending.iter().map(|attempt| &*attempt.socket.stream);
        let mut waits: Vec<PollFd> = streams.map(|s| PollFd::new(s, PollFlags::OUT)).collect();
        // Not every kernel wakes who waits for a connection that another thread has shut down.
        let time = Timespec::try_from(time.min(SLICE)).ok();
        match rustix::event::poll(&mut waits, time.as_ref()) {
            Err(Errno::INTR) => return Ok(None),
            found => found?,
        };
        let Some(index) = waits.iter().position(|w| !w.revents().is_empty()) else {
            return Ok(None);
        };
        let outcome = match pending[index].socket.stream.take_error()? {
            Some(error) => Err(error),
            None => Ok(()),
        };
        Ok(Some((index, outcome)))
    }

    /// Makes a connection that has been made ready for use.
    pub(super) fn connected(&self) -> io::Result<()> {
        // Where a cancellation has shut it down meanwhile, there is no error but no peer either.
        self.stream.peer_addr()?;
        self.stream.set_nonblocking(false)?;
        self.stream.set_nodelay(true)
    }

    /// How many bytes could be read now, one at most.
    pub(super) fn peek(&self) -> io::Result<usize> {
        let mut byte = [std::mem::MaybeUninit::uninit()];
        let flags = libc::MSG_PEEK | libc::MSG_DONTWAIT;
        SockRef::from(&*self.stream).recv_with_flags(&mut byte, flags)
    }
}

impl Read for Socket {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut stream = &*self.stream;
        let read = within(
            &self.limits,
            &mut self.read_timeout,
            |slice| stream.set_read_timeout(slice),
            || stream.read(into),
        );
        match read {
            Ok(0) if self.limits.cancellation.is_cancelled() => Err(self.limits.cancelled().into()),
            read => read,
        }
    }
}

impl Write for Socket {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        let mut stream = &*self.stream;
        within(
            &self.limits,
            &mut self.write_timeout,
            |slice| stream.set_write_timeout(slice),
            || stream.write(from),
        )
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The waits for a socket within one attempt.
struct SocketWait(Arc<TcpStream>);

impl Interrupt for SocketWait {
    fn interrupt(&self) {
        // Not connected is an error, and as good as shut down.
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

/// A socket that does not take the place of standard input, output or error, where the host has
/// closed one of them: whatever the host writes there would go to the peer.
fn new_socket(address: SocketAddr) -> io::Result<TcpStream> {
    no_standard_stream(socket2::Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        None,
    )?)
}

fn no_standard_stream(socket: socket2::Socket) -> io::Result<TcpStream> {
    if socket.as_raw_fd() <= libc::STDERR_FILENO {
        // The standard library duplicates to a descriptor of at least 3.
        return TcpStream::from(socket).try_clone();
    }
    Ok(TcpStream::from(socket))
}

/// Repeats `work` until it did something or the time is up, whatever interrupts it. `set` sets the
/// socket's time-out, and `current` is what was set last.
fn within(
    limits: &Limits,
    current: &mut Option<Duration>,
    set: impl Fn(Option<Duration>) -> io::Result<()>,
    mut work: impl FnMut() -> io::Result<usize>,
) -> io::Result<usize> {
    use io::ErrorKind as E;
    loop {
        let left = limits.deadline.left();
        if left.is_zero() {
            return Err(limits.timed_out().into());
        }
        let slice = Some(left.min(SLICE));
        if *current != slice {
            set(slice).map_err(|e| limits.broken(&e))?;
            *current = slice;
        }
        match work() {
            Ok(amount) => return Ok(amount),
            Err(e) if matches!(e.kind(), E::Interrupted | E::WouldBlock | E::TimedOut) => {}
            Err(e) => return Err(limits.broken(&e).into()),
        }
    }
}
