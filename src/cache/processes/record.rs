//! Record: the content of a sealed value, and how much of its time is left.
//!
//! Two clocks tell: the wall clock, which can be set wrong on either machine, and another. For Redis
//! that is the server's, for files the machine's since it was started. The least of what they say
//! counts, and what no second clock vouches for is not used at all.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::store::{MAX_VALUE_BYTES, millis};
use crate::clock::Now;
use crate::error::{Failure, Status};
use crate::net::progress::Phase;
use crate::secret::SecretBytes;
use crate::sys::{self, SteadyClock};
use crate::token::{Origin, Token, check_access};

/// How much two threads of one machine may differ in what time it is.
const LEEWAY: Duration = Duration::from_secs(1);

/// What the clocks say.
#[derive(Clone, Copy)]
pub(super) struct Clocks<'a> {
    pub(super) now: Now,
    pub(super) steady: Option<&'a SteadyClock>,
    /// What is left of the value's time by the store's own clock.
    pub(super) store: Option<Duration>,
}

impl<'a> Clocks<'a> {
    pub(super) fn read(steady: Option<&'a SteadyClock>) -> Self {
        Self {
            now: Now::read(),
            steady,
            store: None,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Record<'a> {
    /// Milliseconds of the Unix epoch.
    wall: u64,
    /// Milliseconds of the writer's steady clock, and which clock that is.
    steady: u64,
    #[serde(borrow)]
    clock: Option<Cow<'a, str>>,
    /// How long it is good for in all, in milliseconds.
    life: u64,
    #[serde(borrow)]
    content: Content<'a>,
}

#[derive(Serialize, Deserialize)]
enum Content<'a> {
    Token {
        #[serde(borrow)]
        access: Cow<'a, str>,
        #[serde(borrow)]
        kind: Cow<'a, str>,
    },
    Failure {
        /// Where it is known from, if it says nothing about other machines.
        #[serde(borrow)]
        machine: Option<Cow<'a, str>>,
        status: i32,
        http_status: u16,
        message: String,
        code: String,
        body: String,
        #[serde(default)]
        phase: i32,
    },
}

impl<'a> Record<'a> {
    /// The bytes of a record of this token; None where it is none to be kept.
    pub(super) fn of_token(token: &'a Token, clocks: Clocks<'a>) -> Option<SecretBytes> {
        let content = Content::Token {
            access: std::str::from_utf8(token.access()).ok()?.into(),
            kind: std::str::from_utf8(token.kind()).ok()?.into(),
        };
        let age = clocks.now.boot.saturating_sub(token.issued.boot);
        Self::new(content, age, token.life?.lifetime, clocks).to_bytes()
    }

    /// The bytes of a record of this failure; None where it is nobody else's.
    pub(super) fn of_failure(
        failure: &Failure,
        cooldown: Duration,
        clocks: Clocks<'a>,
    ) -> Option<SecretBytes> {
        use Status as S;
        let machine = match failure.status {
            S::MOMO_UNAUTHORIZED
            | S::MOMO_SUBSCRIPTION_KEY_REFUSED
            | S::MOMO_RATE_LIMITED
            | S::MOMO_SERVER_ERROR => None,
            // Its network, its address, what stands between it and the gateway.
            _ => Some(sys::network()?.into()),
        };
        let content = Content::Failure {
            machine,
            status: failure.status as i32,
            http_status: failure.http_status,
            message: failure.message.clone(),
            code: failure.code.clone(),
            body: failure.body.clone(),
            phase: failure.phase as i32,
        };
        Self::new(content, Duration::ZERO, cooldown, clocks).to_bytes()
    }

    fn new(content: Content<'a>, age: Duration, life: Duration, clocks: Clocks<'a>) -> Self {
        let steady = clocks.steady.map_or(Duration::ZERO, |clock| clock.now);
        Self {
            wall: millis(clocks.now.wall.saturating_sub(age)),
            steady: millis(steady.saturating_sub(age)),
            clock: clocks.steady.map(|clock| clock.name.as_str().into()),
            life: millis(life),
            content,
        }
    }

    fn to_bytes(&self) -> Option<SecretBytes> {
        // As much as is expected: growing would leave copies behind.
        let mut bytes = SecretBytes::with_capacity(MAX_VALUE_BYTES);
        serde_json::to_writer(&mut *bytes, self).ok()?;
        Some(bytes)
    }

    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// The token that it is of, with what is left of it.
    pub(super) fn token(&self, clocks: Clocks, origin: Origin) -> Option<Token> {
        let Content::Token { access, kind } = &self.content else {
            return None;
        };
        check_access(access).ok()?;
        let left = self.left(clocks).filter(|_| is_plain(kind))?;
        let lifetime = Duration::from_millis(self.life);
        Some(Token::adopted(
            access, kind, lifetime, left, clocks.now, origin,
        ))
    }

    /// The failure that it is of, where it holds for this machine, and for how long.
    pub(super) fn failure(&self, clocks: Clocks) -> Option<(Failure, Duration)> {
        let Content::Failure {
            machine,
            status,
            http_status,
            message,
            code,
            body,
            phase,
        } = &self.content
        else {
            return None;
        };
        if machine.is_some() && machine.as_deref() != sys::network().as_deref() {
            return None;
        }
        let status = Status::of_number(*status).filter(|status| *status != Status::MOMO_OK)?;
        if ![message, code, body].into_iter().all(|text| is_plain(text)) {
            return None;
        }
        let left = self.left(clocks)?;
        let failure = Failure {
            http_status: *http_status,
            retry_after_ms: i64::try_from(millis(left)).unwrap_or(i64::MAX).max(1),
            code: code.clone(),
            body: body.clone(),
            phase: Phase::of_number(*phase),
            ..Failure::new(status, format!("{message} (as another process was told)"))
        };
        Some((failure, left))
    }

    /// Whether no second clock vouches for it, and its life is not over by the wall clock.
    pub(super) fn is_of_another_clock(&self, clocks: Clocks) -> bool {
        let is_over = clocks.now.wall >= Duration::from_millis(self.wall.saturating_add(self.life));
        clocks.store.is_none() && self.same_clock(clocks).is_none() && !is_over
    }

    fn same_clock<'c>(&self, clocks: Clocks<'c>) -> Option<&'c SteadyClock> {
        let is_same = |clock: &&SteadyClock| self.clock.as_deref() == Some(&*clock.name);
        clocks.steady.filter(is_same)
    }

    /// None where nothing is left.
    fn left(&self, clocks: Clocks) -> Option<Duration> {
        let life = Duration::from_millis(self.life);
        let until =
            |began: u64, now: Duration| (Duration::from_millis(began) + life).saturating_sub(now);
        let steady = self.same_clock(clocks);
        // What will have been written later was not written by us.
        let is_ahead =
            |clock: &SteadyClock| Duration::from_millis(self.steady) > clock.now + LEEWAY;
        let by_steady = steady.map(|clock| until(self.steady, clock.now));
        let second = by_steady.into_iter().chain(clocks.store).min()?;
        let left = until(self.wall, clocks.now.wall).min(life).min(second);
        (!left.is_zero() && !steady.is_some_and(is_ahead)).then_some(left)
    }
}

/// Whether it can be handed to a program as it is.
fn is_plain(text: &str) -> bool {
    !text.contains(char::is_control)
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
