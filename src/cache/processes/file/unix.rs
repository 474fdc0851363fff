//! Rights are modes, and a lock is `flock(2)`.

mod directory;
pub(super) mod lock;

pub(super) use directory::OpenDirectory;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
