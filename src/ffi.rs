//! The boundary to C, and beside `sys` the only unsafe code. It decides nothing: it checks
//! pointers, turns C's text into ours and our results into C's, and lets no panic through.
//!
//! The outer comment of an item is its comment in the header. Safety sections are for Rust alone,
//! so they are inner comments.
#![allow(clippy::mixed_attributes_style)]

mod guard;
mod strings;

// In the order in which the header explains them.

mod version;

mod error;

mod config;

mod logger;

mod client;

mod token_calls;

mod token;

mod stats;

pub use crate::error::momo_status;
pub use crate::stats::momo_stats;
pub use client::*;
pub use config::*;
pub use error::*;
pub use logger::*;
pub use stats::*;
pub use token::*;
pub use token_calls::*;
pub use version::*;
