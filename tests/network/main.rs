//! Names, addresses, proxies and deadlines.
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
mod proxies;
mod resolver;
