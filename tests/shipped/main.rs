//! What is shipped beside the library: pages, examples, momo-token, what `make install` installs.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../common/artifacts.rs"]
mod artifacts;
#[path = "../common/child.rs"]
mod child;

mod docs;
#[cfg(target_os = "linux")]
mod examples;
#[cfg(target_os = "linux")]
mod installed;
#[cfg(target_os = "linux")]
mod momo_token;
#[cfg(target_os = "linux")]
mod monitoring;
#[cfg(target_os = "linux")]
mod notices;
