//! Connection: a socket, the tunnel of a proxy and TLS in one, which ends on time and knows its phase.

use std::io;
use std::sync::Arc;

use rustls::ClientConfig;

use super::progress::{Phase, Progress};
use super::socket::Socket;
use super::tls::Tls;
use super::transport_error::{Kind, TransportError};
use super::tunnel::{self, Proxy};
use crate::cancellation::Cancellation;
use crate::deadline::Deadline;

/// What an attempt hands to its connection: until when, what ends it early, and where its phase is
/// kept.
#[derive(Clone)]
pub(crate) struct Limits {
    pub(crate) deadline: Deadline,
    pub(crate) cancellation: Arc<Cancellation>,
    pub(crate) progress: Arc<Progress>,
}

impl Limits {
    pub(crate) fn enter(&self, phase: Phase) {
        self.progress.enter(phase);
    }

    pub(crate) fn phase(&self) -> Phase {
        self.progress.phase()
    }

    pub(crate) fn error(&self, kind: Kind, detail: impl Into<String>) -> TransportError {
        TransportError::new(self.phase(), kind, detail)
    }

    pub(crate) fn timed_out(&self) -> TransportError {
        TransportError::timed_out(self.phase())
    }

    pub(crate) fn cancelled(&self) -> TransportError {
        TransportError::cancelled(self.phase())
    }
}

/// Where a connection leads, and by what way.
pub(crate) struct Route {
    /// A name, or an address (IPv6 in brackets).
    pub(crate) host: String,
    pub(crate) port: u16,
    /// None for a connection in clear.
    pub(crate) tls: Option<Arc<ClientConfig>>,
    /// The option that names the host, for messages.
    pub(crate) option: &'static str,
    pub(crate) proxy: Option<Proxy>,
    /// Whether only addresses of this machine's loopback are good, whatever the name says.
    pub(crate) loopback_only: bool,
}

pub(crate) struct Connection {
    stream: Stream,
    pub(crate) limits: Limits,
}

/// TLS to a proxy carries the TLS to the host behind it.
pub(super) enum Stream {
    Socket(Socket),
    Tls(Box<Tls>),
}

impl Connection {
    pub(crate) fn open(route: &Route, limits: Limits) -> Result<Self, TransportError> {
        let (host, port) = (&*route.host, route.port);
        let mut stream = match &route.proxy {
            None => Stream::Socket(Socket::connect(host, port, route.loopback_only, &limits)?),
            Some(proxy) => {
                let socket = Socket::connect(&proxy.host, proxy.port, false, &limits)?;
                let mut stream = Stream::Socket(socket);
                if let Some(config) = &proxy.tls {
                    stream = Tls::connect(config, &proxy.host, "proxy", stream, &limits)?;
                }
                tunnel::open(proxy, host, port, &mut stream, &limits)?;
                stream
            }
        };
        if let Some(config) = &route.tls {
            stream = Tls::connect(config, host, route.option, stream, &limits)?;
        }
        Ok(Self { stream, limits })
    }

    /// Begins another attempt on a connection that was kept.
    pub(crate) fn reuse(&mut self, limits: Limits) -> Result<(), TransportError> {
        if !Arc::ptr_eq(&limits.cancellation, &self.limits.cancellation) {
            self.stream.socket().obey(&limits)?;
        }
        self.limits = limits;
        Ok(())
    }

    /// 0 is the end that the peer has made.
    pub(crate) fn receive(&mut self, into: &mut [u8]) -> Result<usize, TransportError> {
        self.stream.read(into, &self.limits)
    }

    pub(crate) fn send(&mut self, from: &[u8]) -> Result<(), TransportError> {
        self.stream.write_all(from, &self.limits)
    }

    /// Whether the peer has neither closed it nor sent what nobody asked for.
    pub(crate) fn is_open(&self) -> bool {
        self.stream.is_open()
    }
}

impl Stream {
    fn socket(&mut self) -> &mut Socket {
        match self {
            Self::Socket(socket) => socket,
            Self::Tls(tls) => tls.below().socket(),
        }
    }

    pub(super) fn read(
        &mut self,
        into: &mut [u8],
        limits: &Limits,
    ) -> Result<usize, TransportError> {
        match self {
            Self::Socket(socket) => socket.read(into, limits),
            Self::Tls(tls) => tls.read(into, limits),
        }
    }

    /// Writes some of it, at least a byte.
    pub(super) fn write(&mut self, from: &[u8], limits: &Limits) -> Result<usize, TransportError> {
        match self {
            Self::Socket(socket) => socket.write(from, limits),
            Self::Tls(tls) => tls.write(from, limits),
        }
    }

    pub(super) fn write_all(
        &mut self,
        mut from: &[u8],
        limits: &Limits,
    ) -> Result<(), TransportError> {
        while !from.is_empty() {
            let written = self.write(from, limits)?;
            from = &from[written..];
        }
        Ok(())
    }

    pub(super) fn is_open(&self) -> bool {
        match self {
            Self::Socket(socket) => socket.is_open(),
            Self::Tls(tls) => tls.is_open(),
        }
    }
}

impl io::Read for Connection {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.receive(into).map_err(io::Error::other)
    }
}

impl io::Write for Connection {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        let written = self.stream.write(from, &self.limits);
        written.map_err(io::Error::other)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
