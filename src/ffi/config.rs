use std::ffi::{c_char, c_void};
use std::ptr::null_mut;

use super::error::momo_error;
use super::guard::{boxed, c_string, call, free, live_mut, text};
use crate::config::Config;
use crate::error::momo_status;
use crate::log::Logger;
use crate::panics::catch_panic;
use crate::sys::with_thread_cancellation_disabled;
use crate::{Failure, Level, Line};

/// Options of the clients that you make from it: an opaque type.
///
/// @ingroup momo_config
#[allow(non_camel_case_types)]
pub struct momo_config(pub(super) Config);

pub(super) const NO_CONFIG: &str = "config is NULL; make one with momo_create_config";

/// Creates a config that has the default of every option.
///
/// @return A config that you own. Free it with momo_free_config(). NULL is a bug in this library;
///         the functions that take a config then return MOMO_INVALID_ARGUMENT.
///
/// Any thread may call this function at any time. It does not block.
///
/// @since 0.1.0
/// @ingroup momo_config
#[unsafe(no_mangle)]
pub extern "C" fn momo_create_config() -> *mut momo_config {
    crate::sys::ensure_prepared();
    let config = catch_panic(|| boxed(momo_config(Config::default())));
    config.unwrap_or(null_mut())
}

/// Sets one option. docs/options.md lists the options with their values and defaults.
///
/// The call checks the value now, without network. If it refuses the value, the option keeps its
/// former value. The message of the error does not repeat a value that may be secret.
///
/// @param config      A config; not NULL.
/// @param name        Name of the option; not NULL. The string is copied.
/// @param value       Value of the option; not NULL. The string is copied.
/// @param[out] error  Where to store the error, or NULL. Free it with momo_free_error().
/// @return MOMO_OK, MOMO_INVALID_ARGUMENT, or MOMO_INVALID_CONFIG if there is no such option or the
///         value is bad.
///
/// No other call may use the config at the same time. The call does not block.
///
/// @since 0.1.0
/// @ingroup momo_config
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_set_option(
    config: *mut momo_config,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut momo_error,
) -> momo_status {
    // SAFETY: each is NULL or what its helper asks for, by the contract of this interface.
    unsafe {
        call(error, || {
            let config = &mut live_mut(config, NO_CONFIG)?.0;
            config.set(text(name, "name")?, text(value, "value")?)
        })
    }
}

/// Sets every option that has an environment variable: MOMO_ and the option's name in upper case.
///
/// If one value is bad, the call sets no option. An empty variable counts as unset. The call logs a
/// warning for each MOMO_ variable that names no option; a logger that is set later gets it too.
/// If the program runs with more rights than its caller (set-uid), the call reads no variable and
/// logs a warning.
///
/// @param config      A config; not NULL.
/// @param[out] error  Where to store the error, or NULL. Free it with momo_free_error().
/// @return MOMO_OK, MOMO_INVALID_ARGUMENT, or MOMO_INVALID_CONFIG if a value is bad.
///
/// No other call may use the config, and no thread may change the environment, at the same time.
/// The call does not block.
///
/// @since 0.1.0
/// @ingroup momo_config
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_set_options_from_env(
    config: *mut momo_config,
    error: *mut *mut momo_error,
) -> momo_status {
    // SAFETY: each is NULL or what its helper asks for, by the contract of this interface.
    unsafe {
        call(error, || {
            let config = &mut live_mut(config, NO_CONFIG)?.0;
            config.set_from_env()?;
            config.flush_pending_log();
            Ok(())
        })
    }
}

/// Frees a config and wipes the credentials in it. The clients made from it stay usable.
///
/// @param config  A config from this library, or NULL: then the call does nothing.
///
/// Any thread may free the config, once, after the last call on it has returned. The call does not
/// block.
///
/// @since 0.1.0
/// @ingroup momo_config
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_free_config(config: *mut momo_config) {
    // SAFETY: made by momo_create_config, by the contract of this interface.
    unsafe { free(config) };
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

/// The host's logger, and what is the library's until nothing can use it any more.
struct HostLogger {
    log: momo_log_fn,
    user_data: *mut c_void,
    free_user_data: Option<unsafe extern "C" fn(*mut c_void)>,
}

// SAFETY: the interface says that the logger is called from several threads at once, and so what
// `user_data` points to is the host's to make safe for that.
unsafe impl Send for HostLogger {}
// SAFETY: as above.
unsafe impl Sync for HostLogger {}

impl Drop for HostLogger {
    fn drop(&mut self) {
        if let Some(free) = self.free_user_data {
            // SAFETY: the host gave the function for this very pointer, and nothing else of ours
            // has it any more.
            with_thread_cancellation_disabled(|| unsafe { free(self.user_data) });
        }
    }
}

impl HostLogger {
    fn write(&self, line: &Line) {
        let text = c_string(line.text.clone());
        if let Some(log) = self.log {
            let (level, text) = (line.level as i32, text.as_ptr());
            // SAFETY: the host gave function and pointer together; the text outlives the call.
            with_thread_cancellation_disabled(|| unsafe { log(self.user_data, level, text) });
        }
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
    let logger = HostLogger {
        log,
        user_data,
        free_user_data,
    };
    // SAFETY: each is NULL or what its helper asks for, by the contract of this interface.
    unsafe {
        call(error, || {
            let config = &mut live_mut(config, NO_CONFIG)?.0;
            let level = Level::from_number(level).ok_or_else(|| {
                Failure::argument("level is out of range; it is 1 (error) to 4 (debug)")
            })?;
            config.logger = log.map(|_| Logger::new(level, move |line| logger.write(line)));
            config.flush_pending_log();
            Ok(())
        })
    }
}
