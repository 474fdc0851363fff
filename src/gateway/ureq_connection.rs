//! Connections of this library as ureq uses them: what opens them, and what sends and reads.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read, Write};
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::time::Duration;

use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::buffers::ExchangeBuffers;
use super::framing::Framing;
use crate::Phase;
use crate::net::{Connection, Kind, Limits, Route, TransportError};

/// The longest line of a request: user and key have at most 1 KiB each, and base64 makes a third more
/// of them. Mostly it is room for the whole head.
const MAX_LINE_BYTES: usize = 2_816;

thread_local! {
    /// The limits of this thread's attempt, on their way through ureq, which does everything on the
    /// thread that asks. It has no destructor: a thread may ask to its very end.
    static LIMITS: Cell<ManuallyDrop<Option<Limits>>> =
        const { Cell::new(ManuallyDrop::new(None)) };
}

/// Leaves the limits of an attempt for the connection that serves it, which takes them once: the one
/// that is opened for it, or one that was kept.
pub(super) fn exchange_limits(limits: Option<Limits>) -> Option<Limits> {
    ManuallyDrop::into_inner(LIMITS.replace(ManuallyDrop::new(limits)))
}

impl From<TransportError> for ureq::Error {
    fn from(error: TransportError) -> Self {
        Self::Other(Box::new(error))
    }
}

#[derive(Clone, Debug)]
pub(super) struct RouteConnector {
    pub(super) route: Arc<Route>,
    pub(super) connect_timeout: Duration,
}

impl Connector for RouteConnector {
    type Out = UreqConnection;

    fn connect(
        &self,
        _: &ConnectionDetails,
        _: Option<()>,
    ) -> Result<Option<UreqConnection>, ureq::Error> {
        let Some(limits) = exchange_limits(None) else {
            return Ok(None);
        };
        let mut connection = self.route.open(limits.within(self.connect_timeout))?;
        connection.limits().deadline = limits.deadline;
        Ok(Some(UreqConnection {
            connection,
            buffers: ExchangeBuffers::new(MAX_LINE_BYTES),
            framing: Framing::default(),
            is_kept: false,
        }))
    }
}

/// Its times are the attempt's: ureq is told of none.
pub(super) struct UreqConnection {
    connection: Box<dyn Connection>,
    buffers: ExchangeBuffers,
    framing: Framing,
    /// Whether the connection has served an earlier request.
    is_kept: bool,
}

impl UreqConnection {
    fn lost(&mut self, what: &str) -> io::Error {
        let detail = format!("the server closed the connection {what}; try again");
        let limits = self.connection.limits();
        limits.error(Kind::ConnectionLost, detail).into()
    }

    /// The server may have closed a kept connection meanwhile: that is `ConnectionFailed`, which ureq
    /// has only for a connector that made no connection.
    fn failed(&self, error: io::Error) -> ureq::Error {
        match error.downcast::<TransportError>() {
            Ok(e) if self.is_kept && e.kind == Kind::ConnectionLost && e.phase != Phase::Read => {
                ureq::Error::ConnectionFailed
            }
            Ok(error) => error.into(),
            Err(other) => other.into(),
        }
    }

    fn send(&mut self, amount: usize) -> Result<(), ureq::Error> {
        if let Some(limits) = exchange_limits(None) {
            self.is_kept = true;
            self.framing = Framing::default();
            *self.connection.limits() = limits;
        } else if self.connection.has_spoken() {
            // What comes before the request is no response to it. A kept connection was just asked.
            let unasked = "it began before the request was sent";
            return Err(TransportError::invalid_http(unasked).into());
        }
        self.connection.limits().progress.enter(Phase::Send);
        let sent = self.connection.write_all(&self.buffers.output()[..amount]);
        self.buffers.sent(amount);
        sent.map_err(|e| self.failed(e))?;
        self.connection.limits().progress.enter(Phase::Wait);
        Ok(())
    }

    fn receive(&mut self) -> io::Result<bool> {
        let before = self.buffers.input().len();
        while self.buffers.input().len() == before {
            if let Framing::Broken(what) = self.framing {
                return Err(TransportError::invalid_http(what).into());
            }
            let input = self.buffers.input_append_buf();
            if input.is_empty() {
                let what = "the header of the response is larger than any gateway sends";
                return Err(TransportError::invalid_http(what).into());
            }
            let amount = self.connection.read(input)?;
            let progress = &self.connection.limits().progress;
            if amount > 0 {
                progress.enter(Phase::Read);
            } else if progress.phase() != Phase::Read {
                return Err(self.lost("instead of responding"));
            } else if before > 0 || !self.buffers.unseen().is_empty() {
                // Half a line: ureq would wait for its end and then call it invalid HTTP.
                return Err(self.lost("within the response"));
            } else {
                return Ok(false);
            }
            self.buffers.input_appended(amount);
            self.framing.look_at(&mut self.buffers);
        }
        Ok(true)
    }
}

impl Transport for UreqConnection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        self.send(amount)
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        self.receive().map_err(|e| self.failed(e))
    }

    /// Asked when a response is read, to keep the connection, and again before its next use: only
    /// then does it matter what the server has done.
    fn is_open(&mut self) -> bool {
        // The rest of the chunk would be taken for the next response.
        let has_torn_chunk = !self.buffers.unseen().is_empty();
        !has_torn_chunk && (self.buffers.clear() || self.connection.is_open())
    }

    /// As the route has it, whatever the URL says.
    fn is_tls(&self) -> bool {
        true
    }
}

impl fmt::Debug for UreqConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UreqConnection")
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
