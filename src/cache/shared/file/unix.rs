//! Rights are modes, and a lock is `flock(2)`.

mod directory;
pub(super) mod lock;

pub(super) use directory::OpenDirectory;
