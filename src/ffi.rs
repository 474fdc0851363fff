//! The boundary to C, and beside `sys` the only unsafe code. It decides nothing: it checks
//! pointers, turns C's text into ours and our results into C's, and lets no panic through.
//!
//! The comment of an item is its comment in the header.
//!
//! # Safety
//! The contract of every function: a pointer to a handle or a struct is NULL, or the library made
//! it and it is not freed; a text is NULL, or ends with NUL and stays as it is; an output is NULL,
//! or a place for a pointer that nothing else uses during the call. What may run at the same time
//! is in the comments.
#![allow(clippy::missing_safety_doc, non_camel_case_types)]

use std::ffi::c_char;

mod block;
mod guard;
// In the order in which the header explains them.
mod error;
pub use error::*;
mod config;
pub use config::*;
mod client;
pub use client::*;
mod token;
pub use token::*;
mod options;
pub use options::*;
mod stats;
pub use stats::*;

pub use crate::error::momo_status;
pub use crate::log::momo_log_level;
pub use crate::net::progress::momo_phase;
pub use crate::stats::momo_stats;
pub use crate::token::momo_token_origin;

/// Returns the version of the loaded library, for example "0.1.0".
///
/// #MOMO_VERSION is the version of the header.
///
/// @return A static string. It is never NULL. Do not free it.
///
/// Any thread may call this function at any time. It does not block.
///
/// @since 0.1.0
/// @ingroup libmomo
#[unsafe(no_mangle)]
pub extern "C" fn momo_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
