//! The one connection that a process has to a Redis server, and who may use it.

use std::time::Duration;

use ::redis::{Cmd, Value};

use super::super::store::StoreError;
use super::connection::{Connection, Connector};
use crate::deadline::Deadline;
use crate::per_process::PerProcess;
use crate::sync::{Condvar, Mutex};

/// An operation, and connecting.
const LONGEST: Duration = Duration::from_millis(250);
/// After a failure: a server that is gone must not cost every call that time.
const LEFT_ALONE: Duration = Duration::from_secs(5);

pub(super) struct Pool {
    connector: Connector,
    /// A forked child has a connection of its own, and nobody who uses it.
    slot: PerProcess<Slot>,
}

#[derive(Default)]
struct Slot {
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Default)]
struct State {
    in_use: bool,
    connection: Option<Connection>,
    left_alone_until: Option<Deadline>,
}

impl Pool {
    pub(super) fn new(connector: Connector) -> Self {
        Self {
            connector,
            slot: PerProcess::new(),
        }
    }

    /// Runs a command on the connection, on a new one where there is none that is open.
    pub(super) fn run(&self, command: &Cmd, deadline: Deadline) -> Result<Value, StoreError> {
        if deadline.has_passed() {
            return Err(StoreError::LeftAlone);
        }
        let slot = self.slot.get_or(Slot::default);
        let until = || deadline.min(Deadline::after(LONGEST));
        let mut turn = slot.take(until())?;
        let ran = self.run_on(&mut turn.connection, command, until);
        if ran.is_err() {
            turn.connection = None;
            // A caller in a hurry says nothing about the server.
            turn.failed = !deadline.has_passed();
        }
        ran.map_err(StoreError::Failed)
    }

    fn run_on(
        &self,
        connection: &mut Option<Connection>,
        command: &Cmd,
        until: impl Fn() -> Deadline,
    ) -> Result<Value, String> {
        // A server that was started anew has closed it.
        let open = connection.take().and_then(|mut c| c.is_open().then_some(c));
        let connection = match open {
            Some(open) => connection.insert(open),
            None => connection.insert(self.connector.connect(until())?),
        };
        connection.run(command, until())
    }
}

/// The right to use the connection.
struct Turn<'a> {
    slot: &'a Slot,
    connection: Option<Connection>,
    failed: bool,
}

impl Slot {
    fn take(&self, deadline: Deadline) -> Result<Turn<'_>, StoreError> {
        let mut state = self.state.lock();
        loop {
            let now = Deadline::now();
            if state.left_alone_until.is_some_and(|until| now < until) {
                return Err(StoreError::LeftAlone);
            }
            if !state.in_use {
                break;
            }
            if now >= deadline {
                return Err(StoreError::Failed(
                    "other calls of this process have used the connection for too long; check how fast \
                     the server responds"
                        .to_owned(),
                ));
            }
            state = self.freed.wait_until(state, deadline);
        }
        state.in_use = true;
        Ok(Turn {
            slot: self,
            connection: state.connection.take(),
            failed: false,
        })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.slot.state.lock();
        state.in_use = false;
        state.connection = self.connection.take();
        if self.failed {
            state.left_alone_until = Some(Deadline::after(LEFT_ALONE));
        }
        drop(state);
        self.slot.freed.notify_all();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "pool_tests.rs"]
mod tests;
