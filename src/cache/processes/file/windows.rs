//! Rights are access control lists, and a lock is a file that ends with the handle it was made by.

mod directory;
pub(super) mod lock;

pub(super) use directory::OpenDirectory;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
