//! Programs in C that fork, run out of something, take signals, are frozen, load and unload it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../common/artifacts.rs"]
mod artifacts;
#[path = "../common/child.rs"]
mod child;
#[path = "../common/host.rs"]
mod host;
#[path = "../common/redis_server.rs"]
mod redis_server;

mod attacks;
mod background_hosts;
mod clocks;
mod fork;
mod unload;
mod waiting;
