//! What is shipped beside the library: examples, momo-token, what `make install` installs.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../common/artifacts.rs"]
mod artifacts;
#[path = "../common/child.rs"]
mod child;
#[path = "../common/host.rs"]
mod host;

mod examples;
mod installed;
mod momo_token;
mod notices;
mod program;
