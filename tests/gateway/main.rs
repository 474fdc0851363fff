//! The operation against the gateway: what is sent, and what each response means.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../common/child.rs"]
mod child;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/nginx.rs"]
mod nginx;
#[path = "../common/peer.rs"]
mod peer;
#[path = "../common/raw.rs"]
mod raw;

mod operation;
mod responses;
mod servers;
