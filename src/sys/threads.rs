//! Guards for host threads: blocked signals, no pthread cancellation.

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

/// Runs `f` as no cancellation point: a `pthread_cancel` of this thread waits for its end. It would
/// unwind the stack in the middle of our frames, which ends the process.
#[cfg(any(target_os = "linux", target_os = "freebsd", target_vendor = "apple"))]
pub(crate) fn with_thread_cancellation_disabled<T>(f: impl FnOnce() -> T) -> T {
    use std::ffi::c_int;
    // PTHREAD_CANCEL_DISABLE of <pthread.h>, which the libc crate does not have.
    const DISABLE: c_int = if cfg!(target_vendor = "apple") { 0 } else { 1 };
    unsafe extern "C" {
        fn pthread_setcancelstate(state: c_int, old: *mut c_int) -> c_int;
    }
    struct Restore(c_int);
    impl Drop for Restore {
        fn drop(&mut self) {
            let mut ignored = 0;
            // SAFETY: the state is the one that the same function returned before.
            unsafe { pthread_setcancelstate(self.0, &raw mut ignored) };
        }
    }
    let mut before = 0;
    // SAFETY: a valid state, and a place of our own for the old one.
    unsafe { pthread_setcancelstate(DISABLE, &raw mut before) };
    let _restore = Restore(before);
    f()
}

/// Windows and Android cannot cancel a thread this way.
#[cfg(not(any(target_os = "linux", target_os = "freebsd", target_vendor = "apple")))]
pub(crate) fn with_thread_cancellation_disabled<T>(f: impl FnOnce() -> T) -> T {
    f()
}
