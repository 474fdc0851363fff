//! Connection: a socket, the tunnel of a proxy and TLS in one, which ends on time and knows its phase.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;

use super::resolver::RESOLVER;
use super::socket::Socket;
use super::tls::Tls;
use super::{Kind, Result, TransportError, tunnel};
use crate::config::{ProxyUrl, Scheme};
use crate::{Cancellation, Deadline, Progress};

/// Until when an attempt may last, what ends it early, and where its phase is kept.
#[derive(Clone)]
pub(crate) struct Limits {
    pub(crate) deadline: Deadline,
    pub(crate) cancellation: Arc<Cancellation>,
    pub(crate) progress: Arc<Progress>,
}

impl Limits {
    /// Of work whose progress nobody watches.
    pub(crate) fn new(deadline: Deadline, cancellation: &Arc<Cancellation>) -> Self {
        Self {
            deadline,
            cancellation: Arc::clone(cancellation),
            progress: Arc::new(Progress::begin()),
        }
    }

    /// Of work that nobody cancels, either.
    pub(crate) fn until(deadline: Deadline) -> Self {
        Self::new(deadline, &Arc::default())
    }

    /// The same for no longer than this time.
    pub(crate) fn within(&self, time: Duration) -> Self {
        let mut limits = self.clone();
        limits.deadline = self.deadline.min(Deadline::after(time));
        limits
    }

    pub(crate) fn error(&self, kind: Kind, detail: impl Into<String>) -> TransportError {
        TransportError::new(self.progress.phase(), kind, detail)
    }

    pub(super) fn timed_out(&self) -> TransportError {
        self.error(Kind::TimedOut, "the time was up")
    }

    /// The time that is left. Fails once a wait has to end.
    pub(crate) fn check(&self) -> Result<Duration> {
        let left = self.deadline.left();
        match (self.cancellation.is_cancelled(), left.is_zero()) {
            (true, _) => Err(self.error(Kind::Cancelled, "cancelled")),
            (_, true) => Err(self.timed_out()),
            _ => Ok(left),
        }
    }

    /// What an I/O error carries, or that the connection has ended.
    pub(super) fn broken(&self, error: io::Error) -> TransportError {
        error.downcast().unwrap_or_else(|error| {
            let detail = format!("the connection broke ({error}); try again");
            self.error(Kind::ConnectionLost, detail)
        })
    }
}

/// A host without the brackets that an address of IPv6 has.
pub(super) fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

#[derive(Debug)]
pub(crate) struct Route {
    /// A name, an address (IPv6 in brackets), or the path of a Unix socket.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// For TLS to the host, and to an HTTPS proxy. None for a connection in clear, without a proxy.
    pub(crate) tls: Option<Arc<ClientConfig>>,
    /// The option that names the host, for messages.
    pub(crate) option: &'static str,
    pub(crate) proxy: Option<ProxyUrl>,
    /// What an HTTP proxy is told of this library.
    pub(crate) user_agent: String,
    /// Whether only addresses of this machine's loopback are good, whatever the name says.
    pub(crate) loopback_only: bool,
}

/// Reading and writing fail with a [`TransportError`], which the I/O error carries.
pub(crate) trait Connection: Read + Write + Send + Sync {
    fn limits(&mut self) -> &mut Limits;

    /// Whether the peer has sent something that nobody has read.
    fn has_spoken(&mut self) -> bool;

    /// Whether the peer has neither closed it nor sent what nobody asked for.
    fn is_open(&self) -> bool;
}

impl Route {
    pub(crate) fn open(&self, limits: Limits) -> Result<Box<dyn Connection>> {
        self.connect(limits).inspect_err(|error| {
            // Another host may have the address by now. These two say nothing about it.
            if !matches!(error.kind, Kind::Cancelled | Kind::NoLocalResource) {
                let proxy = self.proxy.as_ref().map(|proxy| &proxy.host);
                RESOLVER.doubt(proxy.unwrap_or(&self.host));
            }
        })
    }

    fn connect(&self, limits: Limits) -> Result<Box<dyn Connection>> {
        let (host, port, tls) = (&*self.host, self.port, self.tls.as_ref());
        let connection: Box<dyn Connection> = match &self.proxy {
            #[cfg(unix)]
            None if host.starts_with('/') => Box::new(Socket::connect_to_path(host, limits)?),
            None => Box::new(Socket::connect(host, port, self.loopback_only, limits)?),
            Some(proxy) => {
                let socket = Socket::connect(&proxy.host, proxy.port, false, limits)?;
                let tls = tls.filter(|_| proxy.scheme == Scheme::Https);
                let mut connection = Tls::connect(tls, &proxy.host, "proxy", Box::new(socket))?;
                tunnel::open(self, proxy, &mut *connection)?;
                connection
            }
        };
        Tls::connect(tls, host, self.option, connection)
    }
}
