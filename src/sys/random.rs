//! Random numbers of the system, drawn each time: a forked child must not repeat its parent's.

use ring::error::Unspecified;
use ring::rand::{SecureRandom, SystemRandom};

/// Fails if the system has no randomness.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), Unspecified> {
    SystemRandom::new().fill(bytes)
}

/// From 0 to 1; the middle if the system has no randomness.
pub(crate) fn unit() -> f64 {
    let mut bytes = [0; 4];
    match fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX),
        Err(Unspecified) => 0.5,
    }
}

#[cfg(test)]
#[path = "random_tests.rs"]
mod tests;
