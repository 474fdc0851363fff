//! The operating system's calls that std does not wrap: forks, clocks, signal masks.
//!
//! Beside `ffi` the only place with unsafe code. Every function here is safe to call.

mod clock;
mod process;

pub(crate) use clock::{boot, wall};
pub(crate) use process::{count_forks, forks, generation, is_privileged, with_signals_blocked};
