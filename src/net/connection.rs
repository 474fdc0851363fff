//! Connection: a socket, the tunnel of a proxy and TLS in one, which ends on time and knows its phase.

use std::io::{self, Read, Write};
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

    pub(crate) fn error(&self, kind: Kind, detail: impl Into<String>) -> TransportError {
        TransportError::new(self.progress.phase(), kind, detail)
    }

    pub(crate) fn timed_out(&self) -> TransportError {
        TransportError::timed_out(self.progress.phase())
    }

    pub(crate) fn cancelled(&self) -> TransportError {
        TransportError::cancelled(self.progress.phase())
    }

    /// What an I/O error carries, or that the connection has ended, by a cancellation perhaps.
    pub(super) fn broken(&self, error: io::Error) -> TransportError {
        error.downcast().unwrap_or_else(|error| {
            if self.cancellation.is_cancelled() {
                return self.cancelled();
            }
            let detail = format!("the connection broke ({error}); try again");
            self.error(Kind::ConnectionLost, detail)
        })
    }
}

/// Where a connection leads, and by what way.
pub(crate) struct Route {
    /// A name, an address (IPv6 in brackets), or the path of a Unix socket.
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

/// Reading and writing fail with a [`TransportError`], which the I/O error carries.
pub(crate) enum Connection {
    Plain(Socket),
    /// TLS to a proxy carries the TLS to the host behind it.
    Tls(Box<Tls>),
}

impl Connection {
    pub(crate) fn open(route: &Route, limits: Limits) -> Result<Self, TransportError> {
        let (host, port) = (&*route.host, route.port);
        let connection = match &route.proxy {
            #[cfg(unix)]
            None if host.starts_with('/') => Self::Plain(Socket::connect_to_path(host, limits)?),
            None => Self::Plain(Socket::connect(host, port, route.loopback_only, limits)?),
            Some(proxy) => {
                let url = &proxy.url;
                let socket = Self::Plain(Socket::connect(url.host(), url.port(), false, limits)?);
                let mut connection = socket.secured(proxy.tls.as_ref(), url.host(), "proxy")?;
                tunnel::open(proxy, host, port, &mut connection)?;
                connection
            }
        };
        connection.secured(route.tls.as_ref(), host, route.option)
    }

    fn secured(
        self,
        tls: Option<&Arc<ClientConfig>>,
        host: &str,
        option: &'static str,
    ) -> Result<Self, TransportError> {
        match tls {
            Some(config) => Ok(Self::Tls(Tls::connect(config, host, option, self)?)),
            None => Ok(self),
        }
    }

    fn socket(&self) -> &Socket {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(tls) => tls.below.socket(),
        }
    }

    fn socket_mut(&mut self) -> &mut Socket {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(tls) => tls.below.socket_mut(),
        }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.socket().limits
    }

    pub(crate) fn set_deadline(&mut self, deadline: Deadline) {
        self.socket_mut().limits.deadline = deadline;
    }

    /// Begins another attempt on a connection that was kept.
    pub(crate) fn reuse(&mut self, limits: Limits) -> Result<(), TransportError> {
        self.socket_mut().obey(limits)
    }

    /// Whether the peer has sent something that nobody has read.
    pub(crate) fn has_spoken(&mut self) -> bool {
        match self {
            Self::Plain(socket) => socket.has_input(),
            Self::Tls(tls) => tls.has_spoken(),
        }
    }

    /// Whether the peer has neither closed it nor sent what nobody asked for.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Self::Plain(socket) => socket.is_open(),
            Self::Tls(tls) => tls.is_open(),
        }
    }
}

impl Read for Connection {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(into),
            Self::Tls(tls) => tls.read(into),
        }
    }
}

impl Write for Connection {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(from),
            Self::Tls(tls) => tls.write(from),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
