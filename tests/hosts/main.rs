//! Programs in C that fork, run out of something, take signals, are frozen, load and unload it.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../common/artifacts.rs"]
mod artifacts;
#[path = "../common/child.rs"]
mod child;
#[path = "../common/host.rs"]
mod host;
#[path = "../common/redis_server.rs"]
mod redis_server;

#[cfg(target_os = "linux")]
mod attacks;
#[cfg(target_os = "linux")]
mod background_hosts;
#[cfg(target_os = "linux")]
mod clocks;
#[cfg(target_os = "linux")]
mod fork;
#[cfg(target_os = "linux")]
mod unload;
#[cfg(target_os = "linux")]
mod waiting;
