use std::ffi::{c_char, c_void};
use std::sync::Arc;

use super::config::momo_config;
use super::error::momo_error;
use super::guard::call;
use super::strings::c_string;
use crate::error::Failure;
use crate::error::momo_status;
use crate::log::{Level, Line, Logger, Sink};
use crate::sys::with_thread_cancellation_disabled;

/// A logger: `level` is 1 error, 2 warning, 3 information, 4 debug; `line` is UTF-8 without a line
/// break, valid during the call, and holds no secret.
///
/// Called on the thread that made the call it tells of, before that call returns, with no lock
/// held: it may call this library. It must not throw, longjmp, end its thread, or free the client
/// or config that it is called for. A cancellation of its thread (pthread_cancel) waits meanwhile.
/// Several threads may be in it at once.
#[allow(non_camel_case_types)]
pub type momo_log_fn =
    Option<unsafe extern "C" fn(user_data: *mut c_void, level: i32, line: *const c_char)>;

struct HostLogger {
    log: unsafe extern "C" fn(*mut c_void, i32, *const c_char),
    user_data: UserData,
}

/// The host's pointer with the function that frees it.
struct UserData {
    pointer: *mut c_void,
    free: Option<unsafe extern "C" fn(*mut c_void)>,
}

// SAFETY: the interface says that the logger is called from several threads at once, and so what
// `user_data` points to is the host's to make safe for that.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}

impl Drop for UserData {
    fn drop(&mut self) {
        if let Some(free) = self.free {
            with_thread_cancellation_disabled(|| {
                // SAFETY: the host gave the function for this very pointer, and nothing else of
                // ours has it any more.
                unsafe { free(self.pointer) };
            });
        }
    }
}

impl Sink for HostLogger {
    fn write(&self, line: &Line) {
        let text = c_string(line.text.clone());
        with_thread_cancellation_disabled(|| {
            // SAFETY: the host gave function and pointer together; the text outlives the call.
            unsafe { (self.log)(self.user_data.pointer, line.level as i32, text.as_ptr()) };
        });
    }
}

/// Sets the logger of the clients made from this config later; NULL as `log` takes it away.
///
/// `level` is the most detailed level wanted, 1 to 4. `free_user_data` is called once with
/// `user_data` when nothing can use it any more: when this config and the last client made from it
/// are freed, when another logger takes its place, or before this call returns where it fails.
///
/// Ownership: `user_data` belongs to the library until `free_user_data` is called with it. NULL:
/// `user_data` and `free_user_data` may be NULL, `config` may not. Threads and forks: no other
/// call with this config at the same time. Blocks: never. Errors: MOMO_INVALID_ARGUMENT. Since
/// 0.1.0.
///
/// # Safety
/// `config` is NULL or a live config, `log` and `free_user_data` are NULL or functions of these
/// types, `error` is NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_set_logger(
    config: *mut momo_config,
    log: momo_log_fn,
    user_data: *mut c_void,
    free_user_data: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
    level: i32,
    error: *mut *mut momo_error,
) -> momo_status {
    let user_data = UserData {
        pointer: user_data,
        free: free_user_data,
    };
    // SAFETY: `error` is as `call` wants it, by this function's own contract.
    unsafe {
        call(error, || {
            // SAFETY: `config` is NULL or live, and nobody else uses it during this call.
            let config = momo_config::of_mut(config)?;
            let level = Level::from_number(level).ok_or_else(|| {
                Failure::argument("level is out of range; it is 1 (error) to 4 (debug)")
            })?;
            config.logger =
                log.map(|log| Logger::new(level, Arc::new(HostLogger { log, user_data })));
            config.flush_pending_log();
            Ok(())
        })
    }
}
