//! Sockets that never block: Windows interrupts no thread that waits within a call on a socket, and
//! leaves a socket whose call has timed out in a state that is not defined (SO_RCVTIMEO). Every
//! wait is for the socket's events and for an interruption, whichever comes first.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Weak};
use std::time::Duration;

use socket2::{Domain, SockRef, Type};

use super::race::Attempt;
use crate::cancellation::Interrupt;
use crate::deadline::Deadline;
use crate::net::transport_error::{Phase, TransportError};
use crate::sys::{Event, SocketEvents};

pub(crate) struct Socket(Arc<Inner>);

struct Inner {
    /// Closed before the events that it signals.
    stream: TcpStream,
    events: SocketEvents,
}

impl Socket {
    pub(super) fn new(address: SocketAddr) -> io::Result<Self> {
        let socket = socket2::Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        let stream = TcpStream::from(socket);
        let events = SocketEvents::new(&stream)?;
        Ok(Self(Arc::new(Inner { stream, events })))
    }

    /// What a cancellation interrupts.
    pub(super) fn wait(&self) -> Weak<dyn Interrupt> {
        Arc::downgrade(&self.0) as Weak<dyn Interrupt>
    }

    pub(super) fn start_connecting(&self, address: SocketAddr) -> io::Result<()> {
        match SockRef::from(&self.0.stream).connect(&address.into()) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            outcome => outcome,
        }
    }

    /// Waits until one of the attempts is over, and says which and how. None: the time was up, or
    /// a cancellation has interrupted the wait.
    pub(super) fn wait_for_connection(
        pending: &[Attempt],
        time: Duration,
    ) -> io::Result<Option<(usize, io::Result<()>)>> {
        let sockets = pending.iter().map(|attempt| &*attempt.socket.0);
        let sockets: Vec<_> = sockets.map(|s| (&s.stream, &s.events)).collect();
        Ok(match SocketEvents::wait_for_any(&sockets, time)? {
            (index, Event::Connected(outcome)) => Some((index, outcome)),
            (_, Event::Other | Event::Interrupted | Event::None) => None,
        })
    }

    /// Makes a connection that has been made ready for use.
    pub(super) fn connected(&self) -> io::Result<()> {
        self.0.stream.set_nodelay(true)
    }

    pub(crate) fn read(
        &mut self,
        into: &mut [u8],
        deadline: Deadline,
    ) -> Result<usize, TransportError> {
        self.within(deadline, |mut stream| stream.read(into))
    }

    /// Writes some of it, at least a byte.
    pub(crate) fn write(
        &mut self,
        from: &[u8],
        deadline: Deadline,
    ) -> Result<usize, TransportError> {
        self.within(deadline, |mut stream| stream.write(from))
    }

    /// Repeats `work` until it did something or the time is up.
    fn within(
        &self,
        deadline: Deadline,
        mut work: impl FnMut(&TcpStream) -> io::Result<usize>,
    ) -> Result<usize, TransportError> {
        let phase = Phase::Wait;
        let Inner { stream, events } = &*self.0;
        loop {
            let left = deadline.left();
            if left.is_zero() {
                return Err(TransportError::timed_out(phase));
            }
            match work(stream) {
                Ok(amount) => return Ok(amount),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
                Err(e) => return Err(TransportError::from_io(phase, &e)),
            }
            let event = events.wait(stream, left);
            match event.map_err(|e| TransportError::from_io(phase, &e))? {
                Event::Interrupted => return Err(TransportError::cancelled(phase)),
                Event::Connected(_) | Event::Other | Event::None => {}
            }
        }
    }

    /// Open is: nothing to read, neither an end nor bytes that nobody asked for.
    pub(crate) fn is_open(&self) -> bool {
        let silent = self.0.stream.peek(&mut [0]);
        silent.is_err_and(|e| e.kind() == io::ErrorKind::WouldBlock)
    }
}

impl Interrupt for Inner {
    fn interrupt(&self) {
        // Not connected is an error, and as good as shut down.
        let _ = self.stream.shutdown(Shutdown::Both);
        self.events.interrupt();
    }
}
