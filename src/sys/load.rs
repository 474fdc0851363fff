//! Start-up: work that is done once, when the library is loaded.
//!
//! Some of it is done behind locks, also in dependencies: a child that is forked meanwhile would
//! find them held for ever. A constructor does it therefore, before any function of the library
//! can be called, and a fork that meets it waits for its end.
//!
//! On Windows this runs under the loader's lock: nothing here starts a thread, loads a library or
//! waits for another thread.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

static PREPARED: AtomicBool = AtomicBool::new(false);
/// How many threads are in [`ensure_prepared`].
static PREPARING: AtomicUsize = AtomicUsize::new(0);

// SAFETY: the loader calls what stands in these sections once, as a C function without arguments
// (it passes some that are ignored), before it returns from loading the library.
#[used]
#[cfg_attr(
    all(unix, not(target_vendor = "apple")),
    unsafe(link_section = ".init_array")
)]
#[cfg_attr(
    target_vendor = "apple",
    unsafe(link_section = "__DATA,__mod_init_func")
)]
#[cfg_attr(windows, unsafe(link_section = ".CRT$XCU"))]
static CONSTRUCTOR: extern "C" fn() = ensure_prepared;

/// Does what is to be done once. For hosts whose linker leaves constructors of static libraries
/// out it is called by the function that makes configs, too; a second call costs one load.
pub(crate) extern "C" fn ensure_prepared() {
    if PREPARED.load(Ordering::Acquire) {
        return;
    }
    PREPARING.fetch_add(1, Ordering::SeqCst);
    // The hooks come first, so that a fork from here on waits.
    #[cfg(unix)]
    watch_forks();
    #[cfg(windows)]
    super::windows::pin();
    crate::prepare();
    PREPARED.store(true, Ordering::Release);
    PREPARING.fetch_sub(1, Ordering::SeqCst);
}

#[cfg(unix)]
fn watch_forks() {
    extern "C" fn wait_for_preparation() {
        while PREPARING.load(Ordering::SeqCst) > 0 {
            std::thread::yield_now();
        }
    }
    extern "C" fn forked_child() {
        super::generation::renew();
        super::descriptors::close_inherited();
    }
    // Two threads may register them, and then they run twice, which changes nothing. ENOMEM is the
    // only failure: the wiped page still tells parent and child apart.
    // SAFETY: the hooks are plain functions that use atomics alone, which is
    // async-signal-safe; the library is never unloaded (-z nodelete), so they stay valid.
    unsafe { libc::pthread_atfork(Some(wait_for_preparation), None, Some(forked_child)) };
}
