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

/// Levels of the log.
///
/// @since 0.1.0
/// @ingroup momo_config
#[repr(C)]
#[allow(dead_code, non_camel_case_types)]
pub enum momo_log_level {
    /// Why a call failed.
    MOMO_LOG_ERROR = 1,
    /// What somebody should look at.
    MOMO_LOG_WARNING = 2,
    /// What the library does: a request, its outcome.
    MOMO_LOG_INFORMATION = 3,
    /// Everything.
    MOMO_LOG_DEBUG = 4,
}

/// A logger: a function of your program that writes one line of the log.
///
/// @param user_data  The pointer given to momo_set_logger().
/// @param level      A #momo_log_level.
/// @param line       The line: UTF-8 without a line break and without secrets. It is valid only
///                   during the call.
///
/// The library calls the logger on the thread whose call the line is about, before that call
/// returns. It holds no lock meanwhile, so the logger may call this library. Several threads may
/// be in the logger at once.
///
/// The logger must not throw, longjmp or end its thread. It must not free the client or the config
/// that it is called for. If another thread cancels this one (pthread_cancel), the cancellation
/// takes effect after the call.
///
/// @since 0.1.0
/// @ingroup momo_config
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

/// Sets the logger of the clients that you make from this config later.
///
/// The library calls `free_user_data` once, if it is not NULL, as soon as nothing can use
/// `user_data` any more. That is when the config and the last client made from it are freed, or
/// when another logger replaces this one. If the call fails, or if `log` is NULL, that is before it
/// returns. The library calls it on the thread of the call that ends the last use.
///
/// @param config          A config; not NULL.
/// @param log             The logger, or NULL for none.
/// @param user_data       Passed to `log` and `free_user_data`; may be NULL. It belongs to the
///                        library until `free_user_data` is called.
/// @param free_user_data  Frees `user_data`; may be NULL.
/// @param level           The most detailed level to log, from 1 (errors only) to 4 (everything).
/// @param[out] error      Where to store the error, or NULL. Free it with momo_free_error().
/// @return MOMO_OK or MOMO_INVALID_ARGUMENT.
///
/// No other call may use the config at the same time. The call does not block.
///
/// @since 0.1.0
/// @ingroup momo_config
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_set_logger(
    config: *mut momo_config,
    log: momo_log_fn,
    user_data: *mut c_void,
    free_user_data: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
    level: i32,
    error: *mut *mut momo_error,
) -> momo_status {
    //! # Safety
    //! `config` is NULL or a live config, `log` and `free_user_data` are NULL or functions of these
    //! types, `error` is NULL or valid for writing.
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
