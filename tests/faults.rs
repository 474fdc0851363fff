//! Faults of the network: which status each ends with, when, and what the gateway has seen of the
//! request. docs/faults.md has them all.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "common/child.rs"]
mod child;
mod common;
#[path = "faults/connection.rs"]
mod connection;
#[path = "common/names.rs"]
mod names;
#[path = "common/peer.rs"]
mod peer;
#[path = "faults/relay.rs"]
mod relay;
#[path = "faults/silent_drop.rs"]
mod silent_drop;
