//! TLS, and what must never come to light.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../common/child.rs"]
mod child;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/hidden.rs"]
mod hidden;
#[path = "../common/nginx.rs"]
mod nginx;
#[path = "../common/peer.rs"]
mod peer;
#[path = "../common/raw.rs"]
mod raw;

mod secrets;
#[cfg(target_os = "linux")]
mod tls;
