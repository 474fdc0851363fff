//! TCP connections that end on time and can be ended from another thread.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use socket2::{Domain, SockRef, Socket, Type};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport, time,
};

use super::resolver;
use super::transport_error::{Kind, Phase, TransportError};
use crate::cancellation::{Cancellation, Interrupt};

/// Looks the host up and connects, unless there is a tunnel through a proxy already.
pub(super) struct TcpConnector {
    pub(super) cancellation: Arc<Cancellation>,
    /// For plain http: whatever the host name says, nothing but this machine is talked to.
    pub(super) loopback_only: bool,
}

impl<In: Transport> Connector<In> for TcpConnector {
    type Out = Either<In, TcpTransport>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        if let Some(tunnel) = chained {
            return Ok(Some(Either::A(tunnel)));
        }
        let deadline = Instant::now() + *time_left(details).after;
        let stream = self.open(details, deadline)?;
        let buffers = LazyBuffers::new(
            details.config.input_buffer_size(),
            details.config.output_buffer_size(),
        );
        Ok(Some(Either::B(TcpTransport {
            stream,
            buffers,
            read_timeout: None,
            write_timeout: None,
        })))
    }
}

impl TcpConnector {
    fn open(
        &self,
        details: &ConnectionDetails,
        deadline: Instant,
    ) -> Result<Arc<TcpStream>, TransportError> {
        let no_host =
            || TransportError::new(Phase::Connect, Kind::Unreachable, "the URL has no host");
        let host = details.uri.host().ok_or_else(no_host)?;
        let default_port = if details.needs_tls() { 443 } else { 80 };
        let port = details.uri.port_u16().unwrap_or(default_port);
        let mut ips = resolver::look_up(host, deadline, &self.cancellation)?;
        if self.loopback_only {
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
            let address = SocketAddr::new(*ip, port);
            let left = deadline.saturating_duration_since(Instant::now());
            // Half of what is left for each address but the last: an address that swallows
            // packets must not starve those that would respond.
            let share = if tried + 1 < ips.len() {
                left / 2
            } else {
                left
            };
            match connect(address, share, &self.cancellation) {
                Ok(stream) => return Ok(stream),
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
/// closed one of them: whatever the host writes there would go to the gateway.
fn new_socket(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
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

/// What is left of the time for connecting, which is counted from its start.
pub(super) fn time_left(details: &ConnectionDetails) -> NextTimeout {
    let spent = match details.now {
        time::Instant::Exact(start) => start.elapsed(),
        _ => Duration::ZERO,
    };
    NextTimeout {
        after: details.timeout.after.saturating_sub(spent).into(),
        ..details.timeout
    }
}

pub(super) struct TcpTransport {
    stream: Arc<TcpStream>,
    buffers: LazyBuffers,
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
}

/// The kernel rounds a socket's time-out up by as much as an eighth: a long one would overrun the
/// deadline by seconds. It is set in slices of this length, which also stay the same from one
/// read to the next and so are set once.
const SLICE: Duration = Duration::from_millis(200);

/// Repeats `work` until it did something or the time is up, whatever interrupts it. `set` sets the
/// socket's time-out, and `current` is what was set last.
fn within(
    timeout: NextTimeout,
    current: &mut Option<Duration>,
    set: impl Fn(Option<Duration>) -> io::Result<()>,
    mut work: impl FnMut() -> io::Result<usize>,
) -> Result<usize, ureq::Error> {
    use io::ErrorKind as E;
    let deadline = Instant::now().checked_add(*timeout.after);
    let phase = Phase::Wait;
    loop {
        let left = deadline.map(|d| d.saturating_duration_since(Instant::now()));
        if left.is_some_and(|l| l.is_zero()) {
            return Err(TransportError::timed_out(phase).into());
        }
        let slice = Some(left.map_or(SLICE, |l| l.min(SLICE)));
        if *current != slice {
            set(slice).map_err(|e| TransportError::from_io(phase, &e))?;
            *current = slice;
        }
        match work() {
            Ok(amount) => return Ok(amount),
            Err(e) if matches!(e.kind(), E::Interrupted | E::WouldBlock | E::TimedOut) => {}
            Err(e) => return Err(TransportError::from_io(phase, &e).into()),
        }
    }
}

impl Transport for TcpTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let mut stream = &*self.stream;
        let mut output = &self.buffers.output()[..amount];
        while !output.is_empty() {
            let written = within(
                timeout,
                &mut self.write_timeout,
                |slice| stream.set_write_timeout(slice),
                || stream.write(output),
            )?;
            output = &output[written..];
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let mut stream = &*self.stream;
        let input = self.buffers.input_append_buf();
        if input.is_empty() {
            return Err(TransportError::header_too_large().into());
        }
        let amount = within(
            timeout,
            &mut self.read_timeout,
            |slice| stream.set_read_timeout(slice),
            || stream.read(input),
        )?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    /// Open is: nothing to read, neither an end nor bytes that nobody asked for.
    fn is_open(&mut self) -> bool {
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

impl std::fmt::Debug for TcpConnector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TcpConnector")
    }
}

impl std::fmt::Debug for TcpTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TcpTransport")
    }
}
