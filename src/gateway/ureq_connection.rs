//! Connections of this library as ureq uses them: what opens them, and what sends and reads.

use std::cell::Cell;
use std::fmt;
use std::mem::ManuallyDrop;
use std::sync::Arc;

use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::buffers::ExchangeBuffers;
use crate::deadline::Deadline;
use crate::net::connection::{Connection, Limits, Route};
use crate::net::progress::Phase;
use crate::net::transport_error::{Kind, TransportError};

/// What an attempt hands to the connection that serves it.
pub(super) struct Attempt {
    pub(super) limits: Limits,
    /// Until when a new connection is to be there.
    pub(super) connect: Deadline,
    /// Whether no kept connection is to serve it.
    pub(super) needs_new_connection: bool,
    /// The length of the request's head.
    pub(super) head_bytes: usize,
}

thread_local! {
    /// The attempt of this thread, on its way through ureq, which does everything on the thread that
    /// asks. It has no destructor: a thread may ask to its very end.
    static ATTEMPT: Cell<ManuallyDrop<Option<Attempt>>> =
        const { Cell::new(ManuallyDrop::new(None)) };
}

impl Attempt {
    pub(super) fn hand_over(self) {
        drop(Self::exchange(Some(self)));
    }

    /// Once for each attempt: for the connection that is opened for it, or the one that was kept.
    pub(super) fn take() -> Option<Self> {
        Self::exchange(None)
    }

    fn exchange(attempt: Option<Self>) -> Option<Self> {
        ManuallyDrop::into_inner(ATTEMPT.replace(ManuallyDrop::new(attempt)))
    }

    /// What is on its way to a connection that may serve it.
    fn look<T>(read: impl FnOnce(&Self) -> T) -> Option<T> {
        let attempt = Self::take();
        let found = attempt.as_ref().map(read);
        Self::exchange(attempt);
        found
    }
}

/// A connection kept from an earlier request had been closed by the server meanwhile.
#[derive(Debug)]
pub(super) struct KeptConnectionClosed;

impl fmt::Display for KeptConnectionClosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server has closed a kept connection")
    }
}

impl std::error::Error for KeptConnectionClosed {}

impl From<TransportError> for ureq::Error {
    fn from(error: TransportError) -> Self {
        Self::Other(Box::new(error))
    }
}

pub(super) struct RouteConnector(pub(super) Arc<Route>);

impl Connector for RouteConnector {
    type Out = UreqConnection;

    fn connect(
        &self,
        _: &ConnectionDetails,
        _: Option<()>,
    ) -> Result<Option<UreqConnection>, ureq::Error> {
        let Some(Attempt {
            limits,
            connect,
            head_bytes,
            ..
        }) = Attempt::take()
        else {
            return Ok(None);
        };
        let deadline = limits.deadline;
        let connecting = Limits {
            deadline: connect,
            ..limits
        };
        let mut connection = Connection::open(&self.0, connecting)?;
        connection.limits.deadline = deadline;
        Ok(Some(UreqConnection {
            connection,
            buffers: ExchangeBuffers::new(head_bytes),
            is_tls: self.0.tls.is_some(),
            is_kept: false,
        }))
    }
}

/// Its times are the attempt's: ureq is told of none.
pub(super) struct UreqConnection {
    connection: Connection,
    buffers: ExchangeBuffers,
    is_tls: bool,
    /// Whether the connection has served an earlier request.
    is_kept: bool,
}

impl UreqConnection {
    fn phase(&self) -> Phase {
        self.connection.limits.phase()
    }

    fn lost(&self, detail: &str) -> ureq::Error {
        self.failed(self.connection.limits.error(Kind::ConnectionLost, detail))
    }

    fn failed(&self, error: TransportError) -> ureq::Error {
        let lost = error.kind == Kind::ConnectionLost;
        if lost && self.is_kept && error.phase != Phase::Read {
            return ureq::Error::Other(Box::new(KeptConnectionClosed));
        }
        error.into()
    }
}

impl Transport for UreqConnection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        if let Some(attempt) = Attempt::take() {
            self.is_kept = true;
            self.connection.reuse(attempt.limits)?;
        }
        self.connection.limits.enter(Phase::Send);
        let output = &self.buffers.output()[..amount];
        let sent = self.connection.send(output);
        sent.map_err(|e| self.failed(e))?;
        self.connection.limits.enter(Phase::Wait);
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        let input = self.buffers.input_append_buf();
        if input.is_empty() {
            return Err(TransportError::header_too_large().into());
        }
        let read = self.connection.receive(input);
        let amount = read.map_err(|e| self.failed(e))?;
        if amount > 0 {
            self.buffers.input_appended(amount);
            self.connection.limits.enter(Phase::Read);
            return Ok(true);
        }
        if self.phase() != Phase::Read {
            return Err(
                self.lost("the server closed the connection instead of responding; try again")
            );
        }
        if !self.buffers.input().is_empty() {
            // Half a line: ureq would wait for its end and then call it invalid HTTP.
            return Err(
                self.lost("the server closed the connection within the response; try again")
            );
        }
        Ok(false)
    }

    /// Asked before the connection is kept, and before it serves another attempt.
    fn is_open(&mut self) -> bool {
        let next = Attempt::look(|next| (next.head_bytes, next.needs_new_connection));
        let (head_bytes, needs_new_connection) = next.unwrap_or_default();
        self.buffers = ExchangeBuffers::new(head_bytes);
        !needs_new_connection && self.connection.is_open()
    }

    fn is_tls(&self) -> bool {
        self.is_tls
    }
}

impl fmt::Debug for RouteConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RouteConnector")
    }
}

impl fmt::Debug for UreqConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UreqConnection")
    }
}

#[cfg(all(test, not(loom)))]
#[path = "ureq_connection_tests.rs"]
mod tests;
