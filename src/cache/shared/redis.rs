//! Values on a Redis server, or one that speaks its protocol.
//!
//! `libmomo:1:{NAME}:token`, `:failure` and `:lock`; the braces keep them together in a cluster's
//! slot. Every key ends by itself. What has to be one step is a script, and Redis runs one at a time
//! (<https://redis.io/docs/latest/develop/programmability/eval-intro/>).

mod connection;
mod pool;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod test_server;

use std::sync::{Arc, Weak};
use std::time::Duration;

use ::redis::{Cmd, Value as Reply, cmd};
use arc_swap::ArcSwapOption;

use self::connection::Connector;
use self::pool::Pool;
use super::store::{LOCK_LIFE, Lock, NewToken, Store, StoreError, Value, Values, millis};
use crate::config::{Ca, RedisUrl};
use crate::deadline::Deadline;
use crate::error::Failure;
use crate::sys::random;
use crate::token::Origin;

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
/// tell which of two is newer. A time to come is not believed.
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

/// A lock without an end, or with a later one than locks have, is none of these processes'.
const LOCK: &str = "local left = redis.call('PTTL', KEYS[1]) \
    if left >= 0 and left <= tonumber(ARGV[2]) then return 0 end \
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) \
    return 1";

const UNLOCK: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then \
    return redis.call('DEL', KEYS[1]) end return 0";

pub(super) struct RedisStore {
    url: RedisUrl,
    ca: Ca,
    pool: Pool,
}

/// One for each server that clients of this process use.
static STORES: ArcSwapOption<Vec<Weak<RedisStore>>> = ArcSwapOption::const_empty();

impl RedisStore {
    /// The store of this server. Touches no network; refuses a trust store that cannot be used.
    pub(super) fn of(url: &RedisUrl, ca: &Ca) -> Result<Arc<Self>, Failure> {
        let is_same = |store: &Arc<Self>| store.url == *url && store.ca == *ca;
        let find = || {
            let stores = STORES.load();
            let mut live = stores
                .iter()
                .flat_map(|s| s.iter())
                .filter_map(Weak::upgrade);
            live.find(is_same)
        };
        if let Some(store) = find() {
            return Ok(store);
        }
        let store = Arc::new(Self {
            url: url.clone(),
            ca: ca.clone(),
            pool: Pool::new(Connector::new(url, ca)?),
        });
        STORES.rcu(|stores| {
            let others = stores.iter().flat_map(|s| s.iter());
            let others = others.filter(|other| other.strong_count() > 0).cloned();
            Some(Arc::new(
                others.chain([Arc::downgrade(&store)]).collect::<Vec<_>>(),
            ))
        });
        // The first of two that were made at once.
        Ok(find().unwrap_or(store))
    }
}

fn key(name: &str, what: &str) -> String {
    format!("libmomo:1:{{{name}}}:{what}")
}

fn script(text: &str, keys: &[String]) -> Cmd {
    let mut command = cmd("EVAL");
    command.arg(text).arg(keys.len());
    for key in keys {
        command.arg(key);
    }
    command
}

/// What [`READ`] gives. None where that is not what it is.
fn values(mut text: &[u8]) -> Option<Values> {
    let mut number = || -> Option<i64> {
        let end = text.iter().position(|byte| *byte == b' ')?;
        let number = std::str::from_utf8(&text[..end]).ok()?.parse().ok()?;
        text = &text[end + 1..];
        Some(number)
    };
    let numbers = [number()?, number()?, number()?, number()?];
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
        Origin::Redis
    }

    fn read(&self, name: &str, deadline: Deadline) -> Result<Values, StoreError> {
        let command = script(READ, &[key(name, "token"), key(name, "failure")]);
        Ok(match self.pool.run(&command, deadline)? {
            Reply::BulkString(text) => values(&text).unwrap_or_default(),
            _ => Values::default(),
        })
    }

    fn write_token(
        &self,
        name: &str,
        token: &NewToken,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        let mut command = script(WRITE_TOKEN, &[key(name, "token"), key(name, "failure")]);
        command.arg(token.sealed).arg(millis(token.age));
        command.arg(millis(token.left).max(1));
        self.pool.run(&command, deadline).map(|_| ())
    }

    fn write_failure(
        &self,
        name: &str,
        sealed: &[u8],
        left: Duration,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        let mut command = cmd("SET");
        command.arg(key(name, "failure")).arg(sealed);
        command.arg("PX").arg(millis(left).max(1));
        self.pool.run(&command, deadline).map(|_| ())
    }

    fn remove_token(
        &self,
        name: &str,
        sealed: &[u8],
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        let mut command = script(REMOVE_TOKEN, &[key(name, "token")]);
        command.arg(sealed);
        self.pool.run(&command, deadline).map(|_| ())
    }

    fn lock(self: Arc<Self>, name: &str, deadline: Deadline) -> Result<Option<Lock>, StoreError> {
        let mut owner = [0; 16];
        random::fill(&mut owner)
            .map_err(|_| StoreError::Failed("the system has no randomness".to_owned()))?;
        let key = key(name, "lock");
        let mut command = script(LOCK, std::slice::from_ref(&key));
        command.arg(&owner).arg(millis(LOCK_LIFE));
        Ok(match self.pool.run(&command, deadline)? {
            Reply::Int(1) => Some(Box::new(RedisLock {
                store: self,
                key,
                owner,
                deadline,
            })),
            _ => None,
        })
    }
}

struct RedisLock {
    store: Arc<RedisStore>,
    key: String,
    owner: [u8; 16],
    deadline: Deadline,
}

impl Drop for RedisLock {
    fn drop(&mut self) {
        let mut command = script(UNLOCK, std::slice::from_ref(&self.key));
        command.arg(&self.owner);
        // Where that fails, or there is no time for it, the lock ends by itself.
        let _ = self.store.pool.run(&command, self.deadline);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "redis_tests.rs"]
mod tests;
