//! libmomo: access tokens for MTN Mobile Money's Partner Gateway, through a C interface.
//!
//! The interface is `include/momo.h`; this crate is not meant to be used from Rust. The path of a
//! call through these modules is in `docs/architecture.md`.

#![cfg_attr(not(feature = "fuzzing"), deny(missing_docs))]
#![deny(unsafe_code)]

mod cache;
mod cancellation;
mod client;
mod config;
mod credentials;
mod error;
mod fetch;
#[allow(unsafe_code)]
pub mod ffi;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod gateway;
mod log;
mod net;
mod panics;
mod pasted;
mod per_process;
mod secret;
mod stats;
#[cfg_attr(all(test, loom), path = "sync/model.rs")]
mod sync;
#[allow(unsafe_code)]
mod sys;
#[cfg(test)]
mod test_directory;
#[cfg(test)]
mod test_settings;
mod time;
mod token;

// The words that all parts have in common. Each means one thing, and so has one name.
use cancellation::Cancellation;
use error::{Failure, Status};
use log::{CallLog, Level, Line};
use net::progress::{Phase, Progress};
use per_process::PerProcess;
use secret::{Secret, SecretBytes};
use stats::Stats;
use sync::{Condvar, Mutex};
use time::{Deadline, Now};
use token::{Origin, Token};

/// Runs once, before any function of the library can be called: see `sys::load`.
fn prepare() {
    panics::keep_silent();
    gateway::fill_lazy_cells();
    // The page that tells a child from its parent has to be there before the first fork.
    sys::generation();
}
