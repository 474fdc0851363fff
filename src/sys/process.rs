//! Which process this is, after how many forks, and with what privileges.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

static FORKS: AtomicU32 = AtomicU32::new(0);
static COUNTING: AtomicBool = AtomicBool::new(false);

/// Names this process among all that descend from one another by fork.
///
/// The process ID alone would be reused in time, and the fork hook alone does not run for raw
/// `clone` and `_Fork`: together they hold. Costs a system call: for paths to the network only.
pub(crate) fn generation() -> u64 {
    (u64::from(FORKS.load(Ordering::Relaxed)) << 32) | u64::from(std::process::id())
}

/// How many forks lie between the process that loaded this library and this one, raw ones not
/// counted. Costs no system call.
pub(crate) fn forks() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// Starts counting forks. To be called before anything is made that a child must not share.
pub(crate) fn count_forks() {
    #[cfg(unix)]
    if !COUNTING.swap(true, Ordering::AcqRel) {
        // SAFETY: the hook is a plain function that only adds to an atomic, which is
        // async-signal-safe; the library is never unloaded (-z nodelete), so it stays valid.
        let failed = unsafe { libc::pthread_atfork(None, None, Some(count_fork)) };
        // ENOMEM is the only failure: the process ID still tells parent and child apart.
        let _ = failed;
    }
    #[cfg(not(unix))]
    let _ = &COUNTING;
}

#[cfg(unix)]
extern "C" fn count_fork() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

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
        // SAFETY: these calls take nothing and cannot fail.
        unsafe { libc::getuid() != libc::geteuid() || libc::getgid() != libc::getegid() }
    }
    #[cfg(not(unix))]
    {
        false
    }
}

/// Runs `f` with every signal blocked, so that a thread started in it never takes a signal that
/// the host meant for one of its own.
pub(crate) fn with_signals_blocked<T>(f: impl FnOnce() -> T) -> T {
    #[cfg(unix)]
    {
        struct Restore(libc::sigset_t);
        impl Drop for Restore {
            fn drop(&mut self) {
                // SAFETY: the set is the one pthread_sigmask filled in below.
                unsafe {
                    libc::pthread_sigmask(
                        libc::SIG_SETMASK,
                        &raw const self.0,
                        std::ptr::null_mut(),
                    );
                }
            }
        }
        let mut all = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
        let mut before = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
        // SAFETY: sigfillset initialises `all`; pthread_sigmask with a valid `how` and set
        // initialises `before` and cannot fail.
        let _restore = unsafe {
            libc::sigfillset(all.as_mut_ptr());
            libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
            Restore(before.assume_init())
        };
        f()
    }
    #[cfg(not(unix))]
    f()
}
