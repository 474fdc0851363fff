//! Values on a Redis server, or one that speaks its protocol.
//!
//! `libmomo:1:{NAME}:token`, `:failure` and `:lock`; the braces keep them together in a cluster's
//! slot. Every key ends by itself. What has to be one step is a script, and Redis runs one at a time
//! (<https://redis.io/docs/latest/develop/programmability/eval-intro/>). A command may be run twice
//! ([`Server::run`]): each of these then does what it did, or nothing.

mod connection;
pub(super) mod refusal;
pub(super) mod resp;
mod server;
#[cfg(test)]
mod test_server;

use std::sync::{Arc, Weak};
use std::time::Duration;

use arc_swap::ArcSwapOption;

use self::connection::Connector;
use self::resp::{Command, Reply};
use self::server::Server;
use super::store::{Done, LOCK_LIFE, Lock, NewToken, Store, StoreError, Value, Values, millis};
use crate::config::{Ca, RedisUrl};
use crate::sys::random;
use crate::{Deadline, Failure, Origin};

/// Both values of one moment, behind the length and what is left of each: `LENGTH LEFT LENGTH LEFT `.
/// A length of -1 is no value.
const READ: &str = "local function value(key) \
        local there = redis.call('GET', key) \
        if not there then return '-1 0 ', '' end \
        return #there .. ' ' .. redis.call('PTTL', key) .. ' ', there \
    end \
    local token, sealed_token = value(KEYS[1]) \
    local failure, sealed_failure = value(KEYS[2]) \
    return token .. failure .. sealed_token .. sealed_failure";

/// A token is stored behind the time of its issue by the server's clock, in 16 digits, which only
/// tell which of two is newer. A time to come is not believed. Run twice, it counts the token as issued
/// later by the time between.
const WRITE_TOKEN: &str = "local t = redis.call('TIME') \
    local now = t[1] * 1000 + math.floor(t[2] / 1000) \
    local issued = now - ARGV[2] \
    local there = redis.call('GET', KEYS[1]) \
    local at = there and tonumber(string.sub(there, 1, 16)) \
    if at and at > issued and at <= now then return 0 end \
    redis.call('SET', KEYS[1], string.format('%016.0f', issued) .. ARGV[1], 'PX', ARGV[3]) \
    redis.call('DEL', KEYS[2]) \
    return 1";
const ISSUED: usize = 16;

const REMOVE_TOKEN: &str = "local there = redis.call('GET', KEYS[1]) \
    if there and string.sub(there, 17) == ARGV[1] then return redis.call('DEL', KEYS[1]) end \
    return 0";

/// A lock without an end, or with a later one than locks have, is none of these processes'. An owner
/// that asks again has it.
const LOCK: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then return 1 end \
    local left = redis.call('PTTL', KEYS[1]) \
    if left >= 0 and left <= tonumber(ARGV[2]) then return 0 end \
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) \
    return 1";

const UNLOCK: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then \
    return redis.call('DEL', KEYS[1]) end return 0";

/// Of a call whose time is up.
const UNLOCK_TIMEOUT: Duration = Duration::from_millis(100);

pub(super) struct RedisStore {
    url: RedisUrl,
    ca: Ca,
    server: Server,
}

/// One for each server that clients of this process use.
static STORES: ArcSwapOption<Vec<Weak<RedisStore>>> = ArcSwapOption::const_empty();

impl RedisStore {
    /// Touches no network; refuses files and a trust store that cannot be used.
    pub(super) fn of(url: &RedisUrl, ca: &Ca) -> Result<Arc<Self>, Failure> {
        let fresh = Arc::new(Self {
            url: url.clone(),
            ca: ca.clone(),
            server: Server::new(Connector::new(url, ca)?),
        });
        let mut found = None;
        STORES.rcu(|stores| {
            let stores = stores.iter().flat_map(|stores| stores.iter());
            let mut live: Vec<_> = stores.filter(|s| s.strong_count() > 0).cloned().collect();
            let mut same = live.iter().filter_map(Weak::upgrade);
            found = same.find(|store| store.url == *url && store.ca == *ca);
            if found.is_none() {
                live.push(Arc::downgrade(&fresh));
            }
            Some(Arc::new(live))
        });
        Ok(found.unwrap_or(fresh))
    }
}

fn key(name: &str, what: &str) -> String {
    format!("libmomo:1:{{{name}}}:{what}")
}

fn script<const N: usize>(text: &str, keys: [String; N]) -> Command {
    let command = Command::new("EVAL").arg(text).number(N as u64);
    keys.into_iter().fold(command, Command::arg)
}

/// What [`READ`] gives. None if that is not what it is.
fn values(mut text: &[u8]) -> Option<Values> {
    let mut numbers = [0_i64; 4];
    for number in &mut numbers {
        let end = text.iter().position(|byte| *byte == b' ')?;
        *number = std::str::from_utf8(&text[..end]).ok()?.parse().ok()?;
        text = &text[end + 1..];
    }
    let mut value = |length: i64, left: i64, skip: usize| {
        let (sealed, rest) = text.split_at_checked(usize::try_from(length).ok()?)?;
        text = rest;
        Some(Value {
            sealed: sealed.get(skip..)?.to_owned(),
            // One without an end nobody here has written.
            left: Some(Duration::from_millis(u64::try_from(left).ok()?)),
        })
    };
    let [token, token_left, failure, failure_left] = numbers;
    Some(Values {
        token: value(token, token_left, ISSUED),
        failure: value(failure, failure_left, 0),
    })
}

impl Store for RedisStore {
    fn origin(&self) -> Origin {
        Origin::REDIS
    }

    fn read(&self, name: &str, deadline: Deadline) -> Result<Values, StoreError> {
        let command = script(READ, [key(name, "token"), key(name, "failure")]);
        Ok(match self.server.run(&command, deadline)? {
            Reply::Bulk(text) => values(&text).unwrap_or_default(),
            _ => Values::default(),
        })
    }

    fn write_token(&self, name: &str, token: &NewToken, deadline: Deadline) -> Done {
        let command = script(WRITE_TOKEN, [key(name, "token"), key(name, "failure")])
            .arg(token.sealed)
            .number(millis(token.age))
            .number(millis(token.left).max(1));
        self.server.run(&command, deadline).map(|_| ())
    }

    fn write_failure(&self, name: &str, sealed: &[u8], left: Duration, deadline: Deadline) -> Done {
        let set = Command::new("SET").arg(key(name, "failure")).arg(sealed);
        let command = set.arg("PX").number(millis(left).max(1));
        self.server.run(&command, deadline).map(|_| ())
    }

    fn remove_token(&self, name: &str, sealed: &[u8], deadline: Deadline) -> Done {
        let command = script(REMOVE_TOKEN, [key(name, "token")]).arg(sealed);
        self.server.run(&command, deadline).map(|_| ())
    }

    fn insist(&self) {
        self.server.insist();
    }

    fn lock(self: Arc<Self>, name: &str, deadline: Deadline) -> Result<Option<Lock>, StoreError> {
        let no_randomness = || StoreError::Failed("the system has no randomness".to_owned());
        let owner: [u8; 16] = random::bytes().ok_or_else(no_randomness)?;
        let key = key(name, "lock");
        let command = script(LOCK, [key.clone()]).arg(owner);
        let command = command.number(millis(LOCK_LIFE));
        let unlock = script(UNLOCK, [key]).arg(owner);
        match self.server.run(&command, deadline) {
            Ok(Reply::Integer(1)) => Ok(Some(Box::new(RedisLock {
                store: self,
                unlock: Some(unlock),
                deadline,
            }))),
            Ok(_) => Ok(None),
            Err(error) => {
                // The server may have taken it all the same.
                if matches!(error, StoreError::Failed(_)) {
                    self.server.owe(unlock);
                }
                Err(error)
            }
        }
    }
}

struct RedisLock {
    store: Arc<RedisStore>,
    unlock: Option<Command>,
    deadline: Deadline,
}

/// Other processes wait for it: it is given back even if the token could not be written, and a call
/// whose time is up ends a little later for it.
impl Drop for RedisLock {
    fn drop(&mut self) {
        let Some(unlock) = self.unlock.take() else {
            return;
        };
        let server = &self.store.server;
        server.insist();
        let deadline = self.deadline.max(Deadline::after(UNLOCK_TIMEOUT));
        if server.run(&unlock, deadline).is_err() {
            server.owe(unlock);
        }
    }
}

#[cfg(test)]
mod tests;
