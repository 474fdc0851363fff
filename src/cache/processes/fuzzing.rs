//! Sealed values without a directory or a server, and what a Redis server responds.

use std::time::Duration;

use super::redis::{refusal, resp};
use super::{Clocks, Processes, Record, Value, Values, open};
use crate::config::Settings;
use crate::fuzzing::{Failure, Token};
use crate::{CallLog, Now};

/// What clients with the same options share: a directory that is not there, never read or written.
pub struct SealedCache(Processes);

impl SealedCache {
    /// None if the options make no client.
    pub fn new(options: &[(&str, &str)]) -> Option<Self> {
        let nowhere = ("cache", "file:/nowhere/libmomo");
        let settings = Settings::of_options(&[options, &[nowhere]].concat()).ok()?;
        let (credentials, _) = settings.credentials.read(true).ok()?;
        let store = open(&settings).ok()??;
        Some(Self(Processes::new(&store, &settings, &credentials)))
    }

    fn clocks(&self) -> Clocks {
        Clocks::read(self.0.store.clock())
    }

    /// The sealed value of a token that the gateway issued just now.
    pub fn seal_token(&self, token: &Token) -> Option<Vec<u8>> {
        let issued =
            crate::token::Token::new(&token.access, &token.kind, token.lifetime, Now::read());
        self.0.seal(&Record::of_token(&issued, &self.clocks())?)
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
        let record = Record::of_failure(&failure, cooldown, &self.clocks())?;
        self.0.seal(&record)
    }

    /// Any bytes, sealed as a record.
    pub fn seal_record(&self, record: &[u8]) -> Option<Vec<u8>> {
        self.0.seal(record)
    }

    /// What another process reads out of values that it found; `left` is what a store says that has
    /// a clock of its own.
    pub fn read(
        &self,
        token: &[u8],
        failure: &[u8],
        left: Option<Duration>,
    ) -> (Option<Token>, Option<Failure>) {
        let value = |sealed: &[u8]| {
            let sealed = sealed.to_vec();
            Some(Value { sealed, left })
        };
        let values = Values {
            token: value(token),
            failure: value(failure),
        };
        let found = self.0.found(values, &mut CallLog::complete());
        let token = found.token.map(|token| Token::from(&*token));
        let failure = found.failure.map(|(f, _)| Failure::from((*f).clone()));
        (token, failure)
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
            Err(_) => return Self::Malformed,
        };
        let refusal = match reply {
            resp::Reply::Error(error) => Some(refusal::explained("EVAL", &error)),
            _ => None,
        };
        Self::Whole { length, refusal }
    }
}
