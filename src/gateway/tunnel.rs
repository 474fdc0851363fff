//! A tunnel through a proxy, by ureq's own CONNECT, within the time for connecting.
//!
//! ureq gives each step of the tunnel the whole of that time again: a proxy that sends its response
//! byte by byte would hold a call for ever. And ureq writes the request in some twenty pieces, each
//! a packet of its own: a proxy that refuses after the first packet closes the connection, the
//! others end with a reset, and the reason why the proxy refused is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, Transport,
};
use zeroize::Zeroizing;

use super::tcp::{UREQ_ENDS_LATER, deadline, time_left};
use super::ureq_error;
use crate::deadline::Deadline;
use crate::net::transport_error::{Kind, Phase, TransportError};

#[derive(Debug, Default)]
pub(super) struct ProxyTunnelConnector(ConnectProxyConnector);

impl<In: Transport> Connector<In> for ProxyTunnelConnector {
    type Out = <ConnectProxyConnector as Connector<In>>::Out;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let deadline = deadline(time_left(details));
        let established = Arc::new(AtomicBool::new(false));
        let connect = Arc::clone(&details.run_connector);
        let flag = Arc::clone(&established);
        let details = ConnectionDetails {
            uri: details.uri,
            addrs: details.addrs.clone(),
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: details.now,
            timeout: details.timeout,
            current_time: Arc::clone(&details.current_time),
            run_connector: Arc::new(move |details: &ConnectionDetails| {
                let transport: Box<dyn Transport> = Box::new(DeadlineTransport {
                    inner: connect(details)?,
                    request: Zeroizing::default(),
                    deadline,
                    established: Arc::clone(&flag),
                });
                Ok(transport)
            }),
            register_shutdown: Arc::clone(&details.register_shutdown),
        };
        let tunnel = self.0.connect(&details, chained).map_err(proxy_error)?;
        established.store(true, Ordering::Relaxed);
        Ok(tunnel)
    }
}

fn proxy_error(error: ureq::Error) -> ureq::Error {
    if ureq_error::find(&error).is_some() {
        // Looking up and reaching the proxy keep their own phases.
        return error;
    }
    let detail = match error {
        ureq::Error::ConnectProxyFailed(why) => {
            // ureq says "407/407".
            let why = why.split('/').next().unwrap_or_default();
            format!("{why}; check the proxy's address, user and password")
        }
        _ => "the proxy does not respond as an HTTP proxy; check its address".to_owned(),
    };
    TransportError::new(Phase::Proxy, Kind::Unreachable, detail).into()
}

/// A connection to a proxy, with the deadline for connecting until the tunnel is established.
struct DeadlineTransport {
    inner: Box<dyn Transport>,
    /// Kept until the response is waited for, to be sent as one. Holds the proxy's credentials.
    request: Zeroizing<Vec<u8>>,
    deadline: Deadline,
    established: Arc<AtomicBool>,
}

impl DeadlineTransport {
    fn limit(&self, timeout: NextTimeout) -> NextTimeout {
        if self.established.load(Ordering::Relaxed) {
            return timeout;
        }
        let left = self.deadline.left();
        NextTimeout {
            after: (left + UREQ_ENDS_LATER).min(*timeout.after).into(),
            ..timeout
        }
    }

    fn send_request(&mut self, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let request = std::mem::take(&mut self.request);
        let mut rest = request.as_slice();
        while !rest.is_empty() {
            let output = self.inner.buffers().output();
            let amount = rest.len().min(output.len());
            output[..amount].copy_from_slice(&rest[..amount]);
            self.inner.transmit_output(amount, timeout)?;
            rest = &rest[amount..];
        }
        Ok(())
    }

    fn in_phase(&self, error: ureq::Error) -> ureq::Error {
        if self.established.load(Ordering::Relaxed) {
            return error;
        }
        ureq_error::with_phase(error, Phase::Proxy)
    }
}

impl Transport for DeadlineTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if self.established.load(Ordering::Relaxed) {
            return self.inner.transmit_output(amount, timeout);
        }
        let piece = &self.inner.buffers().output()[..amount];
        self.request.extend_from_slice(piece);
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let timeout = self.limit(timeout);
        let sent = self.send_request(timeout);
        let read = sent.and_then(|()| self.inner.await_input(timeout));
        read.map_err(|e| self.in_phase(e))
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

impl std::fmt::Debug for DeadlineTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeadlineTransport")
    }
}

#[cfg(test)]
#[path = "tunnel_tests.rs"]
mod tests;
