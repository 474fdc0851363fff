//! Sockets that never block: Windows interrupts no thread that waits within a call on a socket, and
//! leaves a socket whose call has timed out in a state that is not defined (SO_RCVTIMEO). Every
//! wait is for the socket's events and for an interruption, whichever comes first.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Weak};
use std::time::Duration;

use socket2::{Domain, SockRef, Type};

use super::race::Contender;
use crate::cancellation::Interrupt;
use crate::net::connection::Limits;
use crate::sys::{Event, SocketEvents};

pub(crate) struct Socket {
    inner: Arc<Inner>,
    wait: Arc<SocketWait>,
    pub(in crate::net) limits: Limits,
}

struct Inner {
    /// Closed before the events that it signals.
    stream: TcpStream,
    events: SocketEvents,
}

impl Socket {
    pub(super) fn new(address: SocketAddr, limits: &Limits) -> io::Result<Self> {
        let socket = socket2::Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        let stream = TcpStream::from(socket);
        let events = SocketEvents::new(&stream)?;
        let inner = Arc::new(Inner { stream, events });
        let wait = Arc::new(SocketWait(Arc::clone(&inner)));
        Ok(Self {
            inner,
            wait,
            limits: limits.clone(),
        })
    }

    /// What a cancellation interrupts.
    pub(super) fn wait(&self) -> Weak<dyn Interrupt> {
        Arc::downgrade(&self.wait) as Weak<dyn Interrupt>
    }

    pub(super) fn forget_waits(&mut self) {
        self.wait = Arc::new(SocketWait(Arc::clone(&self.inner)));
    }

    pub(super) fn start_connecting(&self, address: SocketAddr) -> io::Result<()> {
        match SockRef::from(&self.inner.stream).connect(&address.into()) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            outcome => outcome,
        }
    }

    /// Waits until one of the attempts is over, and says which and how. None: the time was up, or
    /// a cancellation has interrupted the wait.
    pub(super) fn wait_for_connection(
        pending: &[Contender],
        time: Duration,
    ) -> io::Result<Option<(usize, io::Result<()>)>> {
        let sockets = pending.iter().map(|attempt| &*attempt.socket.inner);
        let sockets: Vec<_> = sockets.map(|s| (&s.stream, &s.events)).collect();
        Ok(match SocketEvents::wait_for_any(&sockets, time)? {
            (index, Event::Connected(outcome)) => Some((index, outcome)),
            (_, Event::Other | Event::Interrupted | Event::None) => None,
        })
    }

    /// Makes a connection that has been made ready for use.
    pub(super) fn connected(&self) -> io::Result<()> {
        self.inner.stream.set_nodelay(true)
    }

    /// Repeats `work` until it did something or the time is up.
    fn within(&self, mut work: impl FnMut(&TcpStream) -> io::Result<usize>) -> io::Result<usize> {
        let limits = &self.limits;
        let Inner { stream, events } = &*self.inner;
        loop {
            let left = limits.deadline.left();
            if left.is_zero() {
                return Err(limits.timed_out().into());
            }
            match work(stream) {
                Ok(amount) => return Ok(amount),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
                Err(e) => return Err(limits.broken(&e).into()),
            }
            let event = events.wait(stream, left);
            match event.map_err(|e| limits.broken(&e))? {
                Event::Interrupted => return Err(limits.cancelled().into()),
                Event::Connected(_) | Event::Other | Event::None => {}
            }
        }
    }

    /// How many bytes could be read now, one at most.
    pub(super) fn peek(&self) -> io::Result<usize> {
        self.inner.stream.peek(&mut [0])
    }
}

impl Read for Socket {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.within(|mut stream| stream.read(into)) {
            Ok(0) if self.limits.cancellation.is_cancelled() => Err(self.limits.cancelled().into()),
            read => read,
        }
    }
}

impl Write for Socket {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        self.within(|mut stream| stream.write(from))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The waits for a socket within one attempt.
struct SocketWait(Arc<Inner>);

impl Interrupt for SocketWait {
    fn interrupt(&self) {
        // Not connected is an error, and as good as shut down.
        let _ = self.0.stream.shutdown(Shutdown::Both);
        self.0.events.interrupt();
    }
}
