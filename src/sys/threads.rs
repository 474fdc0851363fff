//! Guards for host threads: blocked signals, no pthread cancellation.

#[cfg(unix)]
struct OnDrop<F: Fn()>(F);

#[cfg(unix)]
impl<F: Fn()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Runs `f` with every signal blocked, so that a thread started in it never takes a signal that
/// the host meant for one of its own.
#[cfg(unix)]
pub(crate) fn with_signals_blocked<T>(f: impl FnOnce() -> T) -> T {
    use std::mem::MaybeUninit;
    let (mut all, mut before) = (MaybeUninit::uninit(), MaybeUninit::uninit());
    // SAFETY: sigfillset initialises `all`; pthread_sigmask with a valid `how` and set
    // initialises `before` and cannot fail.
    let before: libc::sigset_t = unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
        before.assume_init()
    };
    let ignored = std::ptr::null_mut();
    // SAFETY: the set is the one that pthread_sigmask filled in above.
    let restore = move || unsafe {
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, ignored);
    };
    let _restore = OnDrop(restore);
    f()
}

#[cfg(not(unix))]
pub(crate) fn with_signals_blocked<T>(f: impl FnOnce() -> T) -> T {
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
    let set = |state| {
        let mut old = 0;
        // SAFETY: DISABLE, or what the same function returned before; a place of our own.
        unsafe { pthread_setcancelstate(state, &raw mut old) };
        old
    };
    let before = set(DISABLE);
    let _restore = OnDrop(|| {
        set(before);
    });
    f()
}

/// Windows and Android cannot cancel a thread this way.
#[cfg(not(any(target_os = "linux", target_os = "freebsd", target_vendor = "apple")))]
pub(crate) fn with_thread_cancellation_disabled<T>(f: impl FnOnce() -> T) -> T {
    f()
}
