//! Processes that share a token by way of a directory or of a Redis server, which is a real one.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../common/artifacts.rs"]
mod artifacts;
#[path = "../common/child.rs"]
mod child;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/host.rs"]
mod host;
#[path = "../common/peer.rs"]
mod peer;
#[path = "../common/redis_server.rs"]
mod redis_server;

#[cfg(unix)]
mod place;
#[cfg(target_os = "linux")]
mod shared_caches;
#[cfg(unix)]
mod shared_entry;
mod sharing;
