//! Record: the content of a sealed value, and how much of its time is left.
//!
//! Two clocks tell: the wall clock, which can be set wrong on either machine, and another. For Redis
//! that is the server's, for files the machine's since it was started. The least of what they say
//! counts, and what no second clock vouches for is not used at all.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::store::{MAX_VALUE_BYTES, millis};
use crate::sys::{self, SteadyClock};
use crate::token::{Life, check_access};
use crate::{Failure, Now, Origin, SecretBytes, Status, Token};

/// How much two threads of one machine may differ in what time it is.
const LEEWAY: Duration = Duration::from_secs(1);

pub(super) struct Clocks {
    pub(super) now: Now,
    pub(super) steady: Option<SteadyClock>,
}

impl Clocks {
    pub(super) fn read(steady: Option<SteadyClock>) -> Self {
        let now = Now::read();
        Self { now, steady }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Record<'a> {
    /// Milliseconds of the Unix epoch.
    wall: u64,
    /// The writer's steady clock, and its milliseconds.
    clock: Option<(String, u64)>,
    /// How long it is good for in all, in milliseconds.
    life: u64,
    #[serde(borrow)]
    content: Content<'a>,
}

#[derive(Serialize, Deserialize)]
enum Content<'a> {
    Token {
        /// Borrowed: no copy of it is left behind.
        access: &'a str,
        kind: String,
    },
    Failure {
        /// Where it is known from, if it says nothing about other machines.
        machine: Option<String>,
        failure: Failure,
    },
}

impl<'a> Record<'a> {
    /// The bytes of a record of this token; None if it is none to be kept.
    pub(super) fn of_token(token: &'a Token, clocks: &Clocks) -> Option<SecretBytes> {
        let content = Content::Token {
            access: std::str::from_utf8(token.access()).ok()?,
            kind: String::from_utf8(token.kind().to_owned()).ok()?,
        };
        let age = clocks.now.boot.saturating_sub(token.issued.boot);
        Self::bytes(content, age, token.life?.lifetime, clocks)
    }

    /// The bytes of a record of this failure; None if it is nobody else's.
    pub(super) fn of_failure(
        failure: &Failure,
        cooldown: Duration,
        clocks: &Clocks,
    ) -> Option<SecretBytes> {
        use Status as S;
        let machine = match failure.status {
            S::MOMO_UNAUTHORIZED
            | S::MOMO_SUBSCRIPTION_KEY_REFUSED
            | S::MOMO_RATE_LIMITED
            | S::MOMO_SERVER_ERROR => None,
            // Its network, its address, what stands between it and the gateway.
            _ => Some(sys::network()?),
        };
        let failure = failure.clone();
        let content = Content::Failure { machine, failure };
        Self::bytes(content, Duration::ZERO, cooldown, clocks)
    }

    fn bytes(
        content: Content<'a>,
        age: Duration,
        life: Duration,
        clocks: &Clocks,
    ) -> Option<SecretBytes> {
        let began = |clock: &SteadyClock| millis(clock.now.saturating_sub(age));
        let clock = clocks.steady.as_ref();
        let record = Self {
            wall: millis(clocks.now.wall.saturating_sub(age)),
            clock: clock.map(|clock| (clock.name.clone(), began(clock))),
            life: millis(life),
            content,
        };
        // As much as is expected: growing would leave copies behind.
        let mut bytes = SecretBytes::with_capacity(MAX_VALUE_BYTES);
        serde_json::to_writer(&mut *bytes, &record).ok()?;
        Some(bytes)
    }

    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// The token that it is of; `store_left` is what is left of it by the store's own clock.
    pub(super) fn token(
        &self,
        clocks: &Clocks,
        store_left: Option<Duration>,
        origin: Origin,
    ) -> Option<Token> {
        let Content::Token { access, kind } = &self.content else {
            return None;
        };
        check_access(access).ok()?;
        let left = self.left(clocks, store_left).filter(|_| is_plain(kind))?;
        let end = clocks.now + left;
        let lifetime = Duration::from_millis(self.life);
        // It may be older than this machine's boot.
        let issued = end.earlier(lifetime);
        let life = Some(Life { lifetime, end });
        Some(Token::with_life(access, kind, life, issued, origin))
    }

    /// The failure that it is of, if it holds for this machine, and for how long.
    pub(super) fn failure(
        &self,
        clocks: &Clocks,
        store_left: Option<Duration>,
    ) -> Option<(Failure, Duration)> {
        let Content::Failure { machine, failure } = &self.content else {
            return None;
        };
        let is_elsewhere = machine.is_some() && *machine != sys::network();
        let mut texts = [&failure.message, &failure.code, &failure.body].into_iter();
        if is_elsewhere || failure.status == Status::MOMO_OK || !texts.all(|text| is_plain(text)) {
            return None;
        }
        let left = self.left(clocks, store_left)?;
        let failure = Failure {
            retry_after_ms: i64::try_from(millis(left)).unwrap_or(i64::MAX).max(1),
            message: format!("{} (as another process was told)", failure.message),
            ..failure.clone()
        };
        Some((failure, left))
    }

    /// Whether this machine's clock does not vouch for it, and its life is not over by the wall clock.
    pub(super) fn is_of_another_clock(&self, clocks: &Clocks) -> bool {
        let is_over = clocks.now.wall >= Duration::from_millis(self.wall.saturating_add(self.life));
        self.steady(clocks).is_none() && !is_over
    }

    /// When its life began by the clock that this machine has, too, and what time it is by that.
    fn steady(&self, clocks: &Clocks) -> Option<(Duration, Duration)> {
        let (name, began) = self.clock.as_ref()?;
        let own = clocks.steady.as_ref().filter(|own| own.name == *name)?;
        Some((Duration::from_millis(*began), own.now))
    }

    /// None if nothing is left.
    fn left(&self, clocks: &Clocks, store_left: Option<Duration>) -> Option<Duration> {
        let life = Duration::from_millis(self.life);
        let steady = self.steady(clocks);
        // What will have been written later was not written by us.
        if steady.is_some_and(|(began, now)| began > now + LEEWAY) {
            return None;
        }
        let until = |(began, now): (Duration, Duration)| (began + life).saturating_sub(now);
        let second = steady.map(until).into_iter().chain(store_left).min()?;
        let by_wall = until((Duration::from_millis(self.wall), clocks.now.wall));
        Some(by_wall.min(life).min(second)).filter(|left| !left.is_zero())
    }
}

/// Whether it can be handed to a program as it is.
fn is_plain(text: &str) -> bool {
    !text.contains(char::is_control)
}

#[cfg(test)]
mod tests;
