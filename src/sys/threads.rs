//! Threads of the library, and `pthread_cancel` held back on those of the host.

use std::io;

/// Enough for getaddrinfo with every name service that Debian packages, and for a TLS handshake in a
/// build without optimisation; only what is used takes memory.
const STACK: usize = 512 * 1024;

/// Starts a thread with every signal blocked: it never takes one that the host meant for its own.
pub(crate) fn start_thread(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let thread = std::thread::Builder::new().name(name.to_owned());
    let thread = thread.stack_size(STACK);
    #[cfg(unix)]
    // SAFETY: a set may be of zeros; both calls are given valid ones to fill, and cannot fail.
    let before = unsafe {
        let (mut all, mut before) = (std::mem::zeroed(), std::mem::zeroed());
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
        before
    };
    let started = thread.spawn(run);
    #[cfg(unix)]
    // SAFETY: the set is the one that pthread_sigmask filled in above.
    unsafe {
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, std::ptr::null_mut());
    }
    started.map(drop)
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
    fn set(state: c_int) -> c_int {
        let mut old = 0;
        // SAFETY: DISABLE, or what the same function returned before; a place of our own.
        unsafe { pthread_setcancelstate(state, &raw mut old) };
        old
    }
    struct Restore(c_int);
    impl Drop for Restore {
        fn drop(&mut self) {
            set(self.0);
        }
    }
    let _restore = Restore(set(DISABLE));
    f()
}

/// Windows and Android cannot cancel a thread this way.
#[cfg(not(any(target_os = "linux", target_os = "freebsd", target_vendor = "apple")))]
pub(crate) fn with_thread_cancellation_disabled<T>(f: impl FnOnce() -> T) -> T {
    f()
}
