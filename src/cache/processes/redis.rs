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

use std::sync::Arc;
use std::time::Duration;

use self::resp::{Command, Reply};
pub(super) use self::server::Server;
use super::store::{Age, Done, LOCK_LIFE, Lock, Result, Store, StoreError, Value, Values, millis};
use crate::Deadline;
use crate::net::Limits;
use crate::panics::catch_panic;
use crate::sys::random;

/// Both values of one moment, each behind what is left of it and its length: `LEFT LENGTH `. A value
/// that is not there has the length 0, and a negative time.
const READ: &str = "local function value(key, begin) \
        local there = string.sub(redis.call('GET', key) or '', begin) \
        return redis.call('PTTL', key) .. ' ' .. #there .. ' ' .. there \
    end \
    return value(KEYS[1], 17) .. value(KEYS[2], 1)";

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

const WRITE_FAILURE: &str = "return redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])";

const REMOVE_TOKEN: &str = "local there = redis.call('GET', KEYS[1]) \
    if there and string.sub(there, 17) == ARGV[1] then return redis.call('DEL', KEYS[1]) end \
    return 0";

/// A lock without an end, or with a later one than locks have, is none of these processes'. An owner
/// that asks again has it.
const LOCK: &str = "if redis.call('GET', KEYS[3]) == ARGV[1] then return 1 end \
    local left = redis.call('PTTL', KEYS[3]) \
    if left >= 0 and left <= tonumber(ARGV[2]) then return 0 end \
    redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[2]) \
    return 1";

const UNLOCK: &str = "if redis.call('GET', KEYS[3]) == ARGV[1] then \
    return redis.call('DEL', KEYS[3]) end return 0";

/// Of a call whose time is up, or that is cancelled and has to end within 100 ms.
const UNLOCK_TIMEOUT: Duration = Duration::from_millis(50);

fn script(text: &str, name: &str, args: &[&[u8]]) -> Command {
    let keys = ["token", "failure", "lock"].map(|what| ["libmomo:1:{", name, "}:", what].concat());
    let keys = keys.each_ref().map(|key| key.as_bytes());
    let words = [&[text.as_bytes(), b"3"], &keys[..], args].concat();
    Command::new("EVAL", &words)
}

/// In milliseconds; a value without any is refused.
fn time(time: Duration) -> String {
    millis(time).max(1).to_string()
}

/// Takes the first value off what [`READ`] gives. None if it is not there, or has no end: nobody here
/// has written such a one.
fn take_value(text: &mut &[u8]) -> Option<Value> {
    let mut parts = text.splitn(3, |byte| *byte == b' ');
    let mut number = || std::str::from_utf8(parts.next()?).ok()?.parse::<i64>().ok();
    let (left, length) = (number()?, usize::try_from(number()?).ok()?);
    let (sealed, rest) = parts.next()?.split_at_checked(length)?;
    *text = rest;
    let left = Duration::from_millis(u64::try_from(left).ok()?);
    let (sealed, left) = (sealed.to_owned(), Some(left));
    Some(Value { sealed, left })
}

impl Store for Server {
    fn read(&self, name: &str, limits: &Limits) -> Result<Values> {
        let Reply::Bulk(text) = self.run(&script(READ, name, &[]), limits)? else {
            return Ok(Values::default());
        };
        let mut text = &text[..];
        let (token, failure) = (take_value(&mut text), take_value(&mut text));
        Ok(Values { token, failure })
    }

    fn write_token(&self, name: &str, sealed: &[u8], age: Age, limits: &Limits) -> Done {
        let (age, left) = (millis(age.since_issue).to_string(), time(age.left));
        let args = [sealed, age.as_bytes(), left.as_bytes()];
        let command = script(WRITE_TOKEN, name, &args);
        self.run(&command, limits).map(|_| ())
    }

    fn write_failure(&self, name: &str, sealed: &[u8], left: Duration, limits: &Limits) -> Done {
        let command = script(WRITE_FAILURE, name, &[sealed, time(left).as_bytes()]);
        self.run(&command, limits).map(|_| ())
    }

    fn remove_token(&self, name: &str, sealed: &[u8], limits: &Limits) -> Done {
        let command = script(REMOVE_TOKEN, name, &[sealed]);
        self.run(&command, limits).map(|_| ())
    }

    fn insist(&self) {
        Self::insist(self);
    }

    fn lock(self: Arc<Self>, name: &str, limits: &Limits) -> Result<Option<Lock>> {
        let no_randomness = || StoreError::Failed("the system has no randomness".to_owned());
        let owner: [u8; 16] = random::bytes().ok_or_else(no_randomness)?;
        let lock = script(LOCK, name, &[&owner, time(LOCK_LIFE).as_bytes()]);
        let unlock = script(UNLOCK, name, &[&owner]);
        match self.run(&lock, limits) {
            Ok(Reply::Integer(1)) => Ok(Some(Box::new(RedisLock {
                server: self,
                unlock: Some(unlock),
                limits: limits.clone(),
            }))),
            Ok(_) => Ok(None),
            // The server may have taken it all the same.
            Err(error) => {
                if !matches!(error, StoreError::LeftAlone) {
                    self.owe(unlock);
                }
                Err(error)
            }
        }
    }
}

struct RedisLock {
    server: Arc<Server>,
    /// Taken out when this is dropped.
    unlock: Option<Command>,
    limits: Limits,
}

/// Other processes wait for it: it is given back even if the token could not be written, and a call
/// that has to end does so a little later for it.
impl Drop for RedisLock {
    fn drop(&mut self) {
        let Some(unlock) = self.unlock.take() else {
            return;
        };
        self.server.insist();
        let soon = Deadline::after(UNLOCK_TIMEOUT);
        let limits = match self.limits.cancellation.is_cancelled() {
            true => Limits::until(soon),
            false => Limits {
                deadline: self.limits.deadline.max(soon),
                ..self.limits.clone()
            },
        };
        // A second panic would end the process, and after a success none may end the call.
        let is_back = catch_panic(|| self.server.run(&unlock, &limits).is_ok());
        if is_back != Some(true) {
            self.server.owe(unlock);
        }
    }
}

#[cfg(test)]
mod tests;
