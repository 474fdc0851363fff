//! A process's tokens: how long one lives, who shares it, what refreshes and ends it.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../common/child.rs"]
mod child;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/peer.rs"]
mod peer;

mod caches;
mod clones;
mod invalidation;
mod lifetime;
mod many_clients;
#[cfg(unix)]
mod rotation;
mod single_flight;
mod stats;
