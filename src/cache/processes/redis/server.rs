//! Redis server: the connection that a process keeps to it, and the caller that has its use.

use std::time::Duration;

use super::super::store::StoreError;
use super::connection::{Connector, MAX_TIMEOUT, RedisConnection};
use super::resp::{Command, Reply};
use crate::{Condvar, Deadline, Mutex, PerProcess};

/// After a failure: a server that is gone must not cost every call its timeout.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How often a pause is ended early before the server has responded again.
const MAX_INSISTENCE: u8 = 4;

pub(super) struct Server {
    connector: Connector,
    /// A forked child has a connection of its own, and nobody who uses it.
    access: PerProcess<Access>,
}

#[derive(Default)]
struct Access {
    state: Mutex<AccessState>,
    freed: Condvar,
}

#[derive(Default)]
struct AccessState {
    in_use: bool,
    connection: Option<RedisConnection>,
    /// The last one that failed, until another works: a server that stalls and goes on runs what it
    /// was sent, an unlock above all, only if the connection is still there.
    stalled: Option<RedisConnection>,
    paused_until: Option<Deadline>,
    insisted: u8,
    /// What could not be sent, and goes before the next command.
    owed: Vec<Command>,
}

impl Server {
    pub(super) fn new(connector: Connector) -> Self {
        Self {
            connector,
            access: PerProcess::new(),
        }
    }

    /// Runs a command on the kept connection. If there is none, or that fails, on a new one: the kept
    /// one may lead nowhere, or to a server that has become a replica. A command that is run twice
    /// must have done the same.
    pub(super) fn run(&self, command: &Command, deadline: Deadline) -> Result<Reply, StoreError> {
        if deadline.has_passed() {
            return Err(StoreError::LeftAlone);
        }
        let access = self.access.get_or(Access::default);
        let until = || deadline.min(Deadline::after(MAX_TIMEOUT));
        let mut access = access.take(until())?;
        let until = until();
        if let Some(kept) = access.connection.take_if(|kept| kept.is_open()) {
            if let Ok(reply) = access.run(kept, command, until) {
                return Ok(reply);
            }
        }
        let new = self.connector.connect(until);
        let ran = new.and_then(|new| access.run(new, command, until));
        // A caller in a hurry says nothing about the server.
        access.failed = ran.is_err() && !deadline.has_passed();
        ran.map_err(StoreError::Failed)
    }

    /// Has the server tried though it failed a moment ago: it may have stalled and have gone on.
    pub(super) fn insist(&self) {
        let access = self.access.get_or(Access::default);
        let mut state = access.state.lock();
        if state.paused_until.is_some() && state.insisted < MAX_INSISTENCE {
            state.insisted += 1;
            state.paused_until = None;
        }
    }

    pub(super) fn owe(&self, command: Command) {
        let access = self.access.get_or(Access::default);
        access.state.lock().owed.push(command);
    }
}

/// The use of the connection, until it is dropped.
struct AccessGuard<'a> {
    access: &'a Access,
    connection: Option<RedisConnection>,
    stalled: Option<RedisConnection>,
    owed: Vec<Command>,
    failed: bool,
}

impl Access {
    fn take(&self, deadline: Deadline) -> Result<AccessGuard<'_>, StoreError> {
        let mut state = self.state.lock();
        loop {
            if state.paused_until.is_some_and(|until| !until.has_passed()) {
                return Err(StoreError::LeftAlone);
            }
            if !state.in_use {
                break;
            }
            if deadline.has_passed() {
                let why = "other calls of this process have used the connection for too long; check how \
                           fast the server responds";
                return Err(StoreError::Failed(why.to_owned()));
            }
            state = self.freed.wait_until(state, deadline);
        }
        state.in_use = true;
        Ok(AccessGuard {
            access: self,
            connection: state.connection.take(),
            stalled: state.stalled.take(),
            owed: std::mem::take(&mut state.owed),
            failed: false,
        })
    }
}

impl AccessGuard<'_> {
    /// Keeps the connection if the command succeeds.
    fn run(
        &mut self,
        mut connection: RedisConnection,
        command: &Command,
        until: Deadline,
    ) -> Result<Reply, String> {
        let reply = connection.run(&self.owed, command, until);
        if reply.is_ok() {
            self.owed.clear();
            self.connection = Some(connection);
            self.stalled = None;
        } else {
            self.stalled = Some(connection);
        }
        reply
    }
}

impl Drop for AccessGuard<'_> {
    fn drop(&mut self) {
        let mut state = self.access.state.lock();
        state.in_use = false;
        state.connection = self.connection.take();
        state.stalled = self.stalled.take();
        state.owed.append(&mut self.owed);
        if self.failed {
            state.paused_until = Some(Deadline::after(PAUSE_AFTER_FAILURE));
        } else if state.connection.is_some() {
            state.paused_until = None;
            state.insisted = 0;
        }
        self.access.freed.notify_all();
    }
}

#[cfg(test)]
mod tests;
