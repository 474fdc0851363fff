//! The C interface: its arguments, its options, its header and what programs that are built see.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../common/artifacts.rs"]
mod artifacts;
#[path = "../common/child.rs"]
mod child;
#[path = "../common/mod.rs"]
mod common;

#[cfg(target_os = "linux")]
mod abi;
mod arguments;
#[cfg(unix)]
mod header;
mod option_report;
mod options;
