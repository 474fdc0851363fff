//! Names, addresses, proxies, deadlines, and the faults of what lies between.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../common/child.rs"]
mod child;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/names.rs"]
mod names;
#[path = "../common/peer.rs"]
mod peer;

mod addresses;
mod deadlines;
#[cfg(target_os = "linux")]
mod faults;
mod proxies;
mod resolver;
