//! A tunnel through a proxy, by ureq's own CONNECT, within the time for connecting.
//!
//! ureq gives each step of the tunnel the whole of that time again: a proxy that drips would hold
//! a call for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, Transport,
};

use super::broken::{self, Broken, Cause, Phase};
use super::socket::time_left;

#[derive(Debug, Default)]
pub(super) struct Tunnel(ConnectProxyConnector);

impl<In: Transport> Connector<In> for Tunnel {
    type Out = <ConnectProxyConnector as Connector<In>>::Out;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let deadline = Instant::now() + *time_left(details).after;
        let up = Arc::new(AtomicBool::new(false));
        let dial = Arc::clone(&details.run_connector);
        let flag = Arc::clone(&up);
        let bounded = ConnectionDetails {
            uri: details.uri,
            addrs: details.addrs.clone(),
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: details.now,
            timeout: details.timeout,
            current_time: Arc::clone(&details.current_time),
            run_connector: Arc::new(move |details: &ConnectionDetails| {
                let bounded: Box<dyn Transport> = Box::new(Bounded {
                    inner: dial(details)?,
                    deadline,
                    up: Arc::clone(&flag),
                });
                Ok(bounded)
            }),
            register_shutdown: Arc::clone(&details.register_shutdown),
        };
        let tunnel = self.0.connect(&bounded, chained).map_err(proxy_error)?;
        up.store(true, Ordering::Relaxed);
        Ok(tunnel)
    }
}

fn proxy_error(error: ureq::Error) -> ureq::Error {
    if broken::find(&error).is_some() {
        // Looking up and reaching the proxy keep their own phases.
        return error;
    }
    let detail = match error {
        ureq::Error::ConnectProxyFailed(why) => {
            format!("{why}; check the proxy's address, user and password")
        }
        ureq::Error::Io(e) => format!("the proxy ended the connection ({e})"),
        _ => "the proxy does not answer as an HTTP proxy; check its address".to_owned(),
    };
    Broken::new(Phase::Proxy, Cause::Unreachable, detail).into()
}

/// A connection to a proxy, bounded until the tunnel is up.
#[derive(Debug)]
struct Bounded {
    inner: Box<dyn Transport>,
    deadline: Instant,
    up: Arc<AtomicBool>,
}

impl Bounded {
    fn limit(&self, timeout: NextTimeout) -> NextTimeout {
        if self.up.load(Ordering::Relaxed) {
            return timeout;
        }
        let left = self.deadline.saturating_duration_since(Instant::now());
        NextTimeout {
            after: left.min(*timeout.after).into(),
            ..timeout
        }
    }

    fn label(&self, error: ureq::Error) -> ureq::Error {
        if self.up.load(Ordering::Relaxed) {
            return error;
        }
        broken::at(error, Phase::Proxy)
    }
}

impl Transport for Bounded {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let timeout = self.limit(timeout);
        let sent = self.inner.transmit_output(amount, timeout);
        sent.map_err(|e| self.label(e))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let timeout = self.limit(timeout);
        let read = self.inner.await_input(timeout);
        read.map_err(|e| self.label(e))
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
