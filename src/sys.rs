//! The operating system's calls that std does not wrap: forks, clocks, threads, privileges.
//!
//! Beside `ffi` the only place with unsafe code. Every function here is safe to call.

#[cfg(unix)]
mod descriptors;
mod generation;
mod host;
mod load;
pub(crate) mod random;
mod threads;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use descriptors::{LOWEST_DESCRIPTOR, UninheritedFd, no_lower_than};
pub(crate) use generation::generation;
#[cfg(unix)]
pub(crate) use host::steady_now;
pub(crate) use host::{SteadyClock, boot, network, steady_clock, wall};
pub(crate) use load::ensure_prepared;
pub(crate) use threads::{start_thread, with_thread_cancellation_disabled};
#[cfg(windows)]
pub(crate) use windows::{create_directory, current_user, owner_and_rights};

/// Whether the program runs with more rights than its caller (set-uid, file capabilities):
/// then the environment is the caller's, and nothing in it may steer us.
pub(crate) fn is_privileged() -> bool {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        // SAFETY: getauxval only reads the process's auxiliary vector.
        unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
    }
    #[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
    {
        use rustix::process::{getegid, geteuid, getgid, getuid};
        getuid() != geteuid() || getgid() != getegid()
    }
    #[cfg(not(unix))]
    false
}

/// Whether a failed look-up says nothing of the name, since no name server did.
pub(crate) fn is_name_server_s_fault(error: &std::io::Error) -> bool {
    #[cfg(unix)]
    {
        // The standard library keeps the C library's text of the error, and not its number.
        let text = error.to_string();
        let is = |number| {
            // SAFETY: gai_strerror returns a static text of C for whatever number.
            let known = unsafe { std::ffi::CStr::from_ptr(libc::gai_strerror(number)) };
            text.ends_with(&*known.to_string_lossy())
        };
        error.raw_os_error().is_some() || is(libc::EAI_AGAIN) || is(libc::EAI_FAIL)
    }
    // WSATRY_AGAIN and WSANO_RECOVERY.
    #[cfg(windows)]
    matches!(error.raw_os_error(), Some(11002 | 11003))
}
