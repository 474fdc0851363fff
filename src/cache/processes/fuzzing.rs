//! Sealed values without a directory or a server, and what a Redis server responds.

use std::sync::Arc;
use std::time::Duration;

use super::Processes;
use super::redis::{refusal, resp};
use super::seal::ValueKind;
use super::store::{Done, Lock, NewToken, Store, StoreError, Value, Values};
use crate::clock::Now;
use crate::deadline::Deadline;
use crate::fuzzing::{Failure, Token, settings};
use crate::log::CallLog;
use crate::sync::Mutex;
use crate::token::Origin;

/// What clients with the same options share, in this process's memory.
pub struct SealedCache {
    entry: Processes,
    store: Arc<MemoryStore>,
}

/// The sealed values as they are stored.
#[derive(Default)]
struct MemoryStore(Mutex<SealedValues>);

#[derive(Clone, Default)]
struct SealedValues {
    token: Option<Vec<u8>>,
    failure: Option<Vec<u8>>,
    left: Option<Duration>,
}

impl SealedCache {
    /// None if the options make no client.
    pub fn new(options: &[(&str, &str)]) -> Option<Self> {
        let settings = settings(options)?;
        let (credentials, _) = settings.credentials.read(true).ok()?;
        let store = Arc::new(MemoryStore::default());
        let as_store = Arc::clone(&store) as Arc<dyn Store>;
        Some(Self {
            entry: Processes::new(&as_store, &settings, &credentials),
            store,
        })
    }

    /// The sealed value of a token that the gateway issued just now.
    pub fn seal_token(&self, token: &Token) -> Option<Vec<u8>> {
        let issued =
            crate::token::Token::new(&token.access, &token.kind, token.lifetime, Now::read());
        *self.store.0.lock() = SealedValues::default();
        self.entry.tell(&issued, soon(), &mut CallLog::complete());
        self.store.0.lock().token.take()
    }

    /// The sealed value of a failure just now.
    pub fn seal_failure(&self, failure: &Failure, cooldown: Duration) -> Option<Vec<u8>> {
        let failure = crate::error::Failure {
            http_status: failure.http_status,
            retry_after_ms: failure.retry_after_ms,
            code: failure.code.clone(),
            body: failure.body.clone(),
            ..crate::error::Failure::new(failure.status, failure.message.clone())
        };
        *self.store.0.lock() = SealedValues::default();
        self.entry
            .tell_failure(&failure, cooldown, soon(), &mut CallLog::complete());
        self.store.0.lock().failure.take()
    }

    /// Any bytes, sealed as a token's record and as a failure's.
    pub fn seal_records(&self, record: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let token = self.entry.seal(ValueKind::Token, record)?;
        Some((token, self.entry.seal(ValueKind::Failure, record)?))
    }

    /// What another process reads out of values that it found; `left` is what a store says that has
    /// a clock of its own.
    pub fn read(
        &self,
        token: Option<&[u8]>,
        failure: Option<&[u8]>,
        left: Option<Duration>,
    ) -> (Option<Token>, Option<Failure>) {
        *self.store.0.lock() = SealedValues {
            token: token.map(<[u8]>::to_vec),
            failure: failure.map(<[u8]>::to_vec),
            left,
        };
        let found = self.entry.read(soon(), &mut CallLog::complete());
        found.map_or((None, None), |found| {
            let token = found.token.map(|found| Token::from(&*found.token));
            let failure = found.failure.map(|(f, _)| Failure::from((*f).clone()));
            (token, failure)
        })
    }
}

/// What the first bytes of a Redis server's response are.
#[derive(PartialEq, Eq, Debug)]
pub enum RedisReply {
    Whole {
        length: usize,
        /// What is told of an error.
        refusal: Option<String>,
    },
    /// More has to be read.
    Part,
    Malformed,
}

impl RedisReply {
    pub fn parse(bytes: &[u8]) -> Self {
        let (reply, length) = match resp::parse(bytes) {
            Ok(Some(whole)) => whole,
            Ok(None) => return Self::Part,
            Err(resp::Malformed) => return Self::Malformed,
        };
        let refusal = match reply {
            resp::Reply::Error(error) => Some(refusal::explained("EVAL", &error)),
            _ => None,
        };
        Self::Whole { length, refusal }
    }
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(1))
}

impl Store for MemoryStore {
    fn origin(&self) -> Origin {
        Origin::File
    }

    fn read(&self, _: &str, _: Deadline) -> Result<Values, StoreError> {
        let SealedValues {
            token,
            failure,
            left,
        } = self.0.lock().clone();
        let value = |sealed| Value { sealed, left };
        Ok(Values {
            token: token.map(value),
            failure: failure.map(value),
        })
    }

    fn write_token(&self, _: &str, token: &NewToken, _: Deadline) -> Done {
        self.0.lock().token = Some(token.sealed.to_vec());
        Ok(())
    }

    fn write_failure(&self, _: &str, sealed: &[u8], _: Duration, _: Deadline) -> Done {
        self.0.lock().failure = Some(sealed.to_vec());
        Ok(())
    }

    fn remove_token(&self, _: &str, _: &[u8], _: Deadline) -> Done {
        self.0.lock().token = None;
        Ok(())
    }

    fn lock(self: Arc<Self>, _: &str, _: Deadline) -> Result<Option<Lock>, StoreError> {
        Ok(Some(Box::new(())))
    }
}
