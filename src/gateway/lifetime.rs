//! `expires_in` as it may come: a number, digits in a text, or something that says nothing.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// MTN's tokens last an hour; a longer life than a day is taken for a mistake in units.
const LONGEST: u64 = 24 * 3600;

/// Seconds; 0 where nothing usable was said.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Lifetime(u64);

impl Lifetime {
    pub(super) fn seconds(self) -> Option<Duration> {
        (self.0 > 0).then(|| Duration::from_secs(self.0))
    }
}

impl<'de> Deserialize<'de> for Lifetime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

/// A token is usable whatever stands here, so nothing here is an error.
impl<'de> Visitor<'de> for Any {
    type Value = Lifetime;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_u64<E>(self, seconds: u64) -> Result<Lifetime, E> {
        Ok(Lifetime(seconds.min(LONGEST)))
    }

    fn visit_i64<E>(self, seconds: i64) -> Result<Lifetime, E> {
        Ok(Lifetime(u64::try_from(seconds).unwrap_or(0).min(LONGEST)))
    }

    /// Also an integer too large for the other two.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn visit_f64<E>(self, seconds: f64) -> Result<Lifetime, E> {
        Ok(Lifetime((seconds as u64).min(LONGEST)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Lifetime, E> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let seconds = if digits {
            text.parse().unwrap_or(u64::MAX)
        } else {
            0
        };
        Ok(Lifetime(seconds.min(LONGEST)))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Lifetime, E> {
        Ok(Lifetime::default())
    }

    fn visit_unit<E>(self) -> Result<Lifetime, E> {
        Ok(Lifetime::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Lifetime, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Lifetime::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Lifetime, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Lifetime::default())
    }
}
