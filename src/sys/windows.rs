//! Windows: calls that the standard library does not wrap.

mod identity;
mod module;
mod security;

pub(super) use module::pin;
pub(crate) use security::{create_private_directory, strangers};
