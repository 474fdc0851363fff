//! What the soak test, and the test of what it finds, are made of.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

#[path = "../common/artifacts.rs"]
mod artifacts;
pub(crate) mod checks;
#[path = "../common/child.rs"]
pub(crate) mod child;
pub(crate) mod figures;
#[path = "../common/host.rs"]
pub(crate) mod host;
mod issued;
mod keys;
#[path = "../common/redis_server.rs"]
mod redis_server;
pub(crate) mod run;
pub(crate) mod schedule;
mod workers;
