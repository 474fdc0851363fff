//! Tracks how far an exchange has come, so that the place where it ended can be told: before the
//! response or within it, on a new connection or on one that was kept.

use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::ureq_error;
use crate::net::transport_error::{Kind, Phase, TransportError};

#[derive(Debug)]
pub(super) struct PhaseTrackingConnector;

impl<In: Transport> Connector<In> for PhaseTrackingConnector {
    type Out = PhaseTrackingTransport<In>;

    fn connect(
        &self,
        _: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        Ok(chained.map(|inner| PhaseTrackingTransport {
            inner,
            phase: Phase::Connect,
            kept: false,
        }))
    }
}

#[derive(Debug)]
pub(super) struct PhaseTrackingTransport<T> {
    inner: T,
    phase: Phase,
    /// Whether the connection has served an earlier request.
    kept: bool,
}

impl<T: Transport> PhaseTrackingTransport<T> {
    fn connection_ended(&self, detail: &str) -> ureq::Error {
        let kind = if self.kept && self.phase != Phase::Read {
            Kind::KeptConnectionClosed
        } else {
            Kind::ConnectionLost
        };
        TransportError::new(self.phase, kind, detail).into()
    }

    fn in_phase(&self, error: ureq::Error) -> ureq::Error {
        use Kind as K;
        match ureq_error::find(&error) {
            Some(found) if matches!(found.kind, K::ConnectionLost | K::KeptConnectionClosed) => {
                self.connection_ended(&found.detail)
            }
            Some(_) => ureq_error::with_phase(error, self.phase),
            None => match error {
                ureq::Error::Io(e) => {
                    self.connection_ended(&format!("the connection broke ({e}); try again"))
                }
                other => other,
            },
        }
    }
}

impl<T: Transport> Transport for PhaseTrackingTransport<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.kept |= self.phase == Phase::Read;
        self.phase = Phase::Send;
        let sent = self.inner.transmit_output(amount, timeout);
        sent.map_err(|e| self.in_phase(e))?;
        self.phase = Phase::Wait;
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let received = self.inner.await_input(timeout);
        let some = received.map_err(|e| self.in_phase(e))?;
        if some {
            self.phase = Phase::Read;
        } else if self.phase != Phase::Read {
            return Err(self.connection_ended(
                "the server closed the connection instead of responding; try again",
            ));
        } else if !self.inner.buffers().input().is_empty() {
            // Half a line: ureq would wait for its end and then call it invalid HTTP.
            return Err(self.connection_ended(
                "the server closed the connection within the response; try again",
            ));
        }
        Ok(some)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
