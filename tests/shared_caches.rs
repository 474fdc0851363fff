//! Processes that share a token by way of a directory or of a Redis server, which is a real one.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "common/artifacts.rs"]
mod artifacts;
#[path = "common/child.rs"]
mod child;
#[path = "shared_caches/clocks.rs"]
mod clocks;
#[path = "shared_caches/crowd.rs"]
mod crowd;
#[path = "shared_caches/directory.rs"]
mod directory;
#[path = "shared_caches/forks.rs"]
mod forks;
#[path = "common/host.rs"]
mod host;
#[path = "shared_caches/killed.rs"]
mod killed;
#[path = "shared_caches/machine.rs"]
mod machine;
#[path = "shared_caches/outage.rs"]
mod outage;
#[path = "shared_caches/process.rs"]
mod process;
#[path = "shared_caches/redis_server.rs"]
mod redis_server;
#[path = "shared_caches/secrets.rs"]
mod secrets;
#[path = "shared_caches/stack.rs"]
mod stack;
