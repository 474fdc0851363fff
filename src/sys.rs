//! The operating system's calls that std does not wrap: forks, clocks, threads, privileges.
//!
//! Beside `ffi` the only place with unsafe code. Every function here is safe to call.

mod clock;
#[cfg(unix)]
mod descriptors;
mod generation;
mod host;
mod load;
mod names;
mod privileges;
pub(crate) mod random;
mod threads;
#[cfg(windows)]
mod windows;

pub(crate) use clock::{boot, wall};
#[cfg(unix)]
pub(crate) use descriptors::{LOWEST_DESCRIPTOR, UninheritedFd, no_lower_than};
pub(crate) use generation::generation;
#[cfg(unix)]
pub(crate) use host::steady_now;
pub(crate) use host::{SteadyClock, network, steady_clock};
pub(crate) use load::ensure_prepared;
pub(crate) use names::is_name_server_s_fault;
pub(crate) use privileges::is_privileged;
pub(crate) use threads::{start_thread, with_thread_cancellation_disabled};
#[cfg(windows)]
pub(crate) use windows::{create_directory, current_user, owner_and_rights};
