//! Random numbers of the system, drawn each time: a forked child must not repeat its parent's.

use ring::rand::{Random, SystemRandom, generate};

/// None if the system has no randomness.
pub(crate) fn bytes<const N: usize>() -> Option<[u8; N]> {
    generate(&SystemRandom::new()).ok().map(Random::expose)
}

/// From 0 to 1; the middle if the system has no randomness.
pub(crate) fn unit() -> f64 {
    let number = bytes().map(u32::from_ne_bytes);
    number.map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests;
