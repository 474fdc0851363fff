//! Redis server: the connection that a process keeps to it, and the caller that has its use.

use std::sync::{Arc, Weak};
use std::time::Duration;

use arc_swap::ArcSwapOption;

use super::super::store::StoreError;
use super::connection::{Connector, MAX_TIMEOUT, RedisConnection};
use super::resp::{Command, Reply};
use crate::cancellation::MAX_WAIT;
use crate::config::{Ca, RedisUrl};
use crate::net::Limits;
use crate::{Condvar, Deadline, Failure, Mutex, PerProcess};

/// After a failure: a server that is gone must not cost every call its timeout.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How often a pause is ended early before the server has responded again.
const MAX_INSISTENCE: u8 = 4;

/// One for each server that clients of this process use.
static SERVERS: ArcSwapOption<Vec<Weak<Server>>> = ArcSwapOption::const_empty();

pub(crate) struct Server {
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
    /// Touches no network; refuses files and a trust store that cannot be used.
    pub(crate) fn of(url: &RedisUrl, ca: &Ca) -> Result<Arc<Self>, Failure> {
        let (connector, access) = (Connector::new(url, ca)?, PerProcess::new());
        let fresh = Arc::new(Self { connector, access });
        let mut found = None;
        SERVERS.rcu(|servers| {
            let servers = servers.iter().flat_map(|servers| servers.iter());
            let mut live: Vec<_> = servers.filter(|s| s.strong_count() > 0).cloned().collect();
            let mut same = live.iter().filter_map(Weak::upgrade);
            found = same.find(|s| s.connector.url == *url && s.connector.ca == *ca);
            if found.is_none() {
                live.push(Arc::downgrade(&fresh));
            }
            Some(Arc::new(live))
        });
        Ok(found.unwrap_or(fresh))
    }

    /// Runs a command on the kept connection. If there is none, or that fails, on a new one: the kept
    /// one may lead nowhere, or to a server that has become a replica. A command that is run twice
    /// must have done the same.
    pub(super) fn run(&self, command: &Command, limits: &Limits) -> Result<Reply, StoreError> {
        if limits.check().is_err() {
            return Err(StoreError::LeftAlone);
        }
        let access = self.access.get_or(Access::default);
        // Each step has time of its own.
        let within = || limits.within(MAX_TIMEOUT);
        let mut turn = access.take(&within())?;
        let mut state = access.state.lock();
        let kept = state.connection.take_if(|kept| kept.is_open());
        drop(state);
        if let Some(Ok(reply)) = kept.map(|kept| turn.run(kept, command, &within())) {
            return Ok(reply);
        }
        let limits_of_new = within();
        let new = self.connector.connect(limits_of_new.clone());
        let ran = new.and_then(|new| turn.run(new, command, &limits_of_new));
        if ran.is_err() && limits.cancellation.is_cancelled() {
            return Err(StoreError::Cancelled);
        }
        // A caller in a hurry says nothing about the server.
        if ran.is_err() && !limits.deadline.has_passed() {
            access.state.lock().paused_until = Some(Deadline::after(PAUSE_AFTER_FAILURE));
        }
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
struct Turn<'a> {
    access: &'a Access,
    /// What could not be sent so far. If that stays so it goes back when this is dropped.
    owed: Vec<Command>,
}

impl Access {
    fn take(&self, limits: &Limits) -> Result<Turn<'_>, StoreError> {
        let mut state = self.state.lock();
        loop {
            if state.paused_until.is_some_and(|until| !until.has_passed()) {
                return Err(StoreError::LeftAlone);
            }
            if !state.in_use {
                state.in_use = true;
                let owed = std::mem::take(&mut state.owed);
                return Ok(Turn { access: self, owed });
            }
            if limits.cancellation.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            if limits.deadline.has_passed() {
                let why = "other calls of this process have used the connection for too long; check how \
                           fast the server responds";
                return Err(StoreError::Failed(why.to_owned()));
            }
            let until = limits.deadline.min(Deadline::after(MAX_WAIT));
            state = self.freed.wait_until(state, until);
        }
    }
}

impl Turn<'_> {
    /// Keeps the connection if the command succeeds.
    fn run(
        &mut self,
        mut connection: RedisConnection,
        command: &Command,
        limits: &Limits,
    ) -> Result<Reply, String> {
        let reply = connection.run(&self.owed, command, limits);
        let mut state = self.access.state.lock();
        if reply.is_ok() {
            self.owed.clear();
            state.connection = Some(connection);
            state.stalled = None;
            state.paused_until = None;
            state.insisted = 0;
        } else {
            state.stalled = Some(connection);
        }
        reply
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.access.state.lock();
        state.in_use = false;
        state.owed.append(&mut self.owed);
        drop(state);
        self.access.freed.notify_all();
    }
}

#[cfg(test)]
mod tests;
