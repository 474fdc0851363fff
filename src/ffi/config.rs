//! Configs in the C interface: options, the environment, the logger.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::ptr::NonNull;

use super::error::momo_error;
use super::guard::{call, free, live, text};
use crate::config::Config;
use crate::error::momo_status;
use crate::log::Logger;
use crate::panics::catch_panic;
use crate::sys::{ensure_prepared, with_thread_cancellation_disabled};
use crate::{Failure, Level, Line};

/// Options of the clients that you make from it: an opaque type.
///
/// @ingroup momo_config
pub struct momo_config(pub(super) Config);

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
pub extern "C" fn momo_create_config() -> Option<Box<momo_config>> {
    ensure_prepared();
    catch_panic(|| Box::new(momo_config(Config::default())))
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
/// @return MOMO_OK, MOMO_INVALID_ARGUMENT, or MOMO_INVALID_CONFIG if the name or value is invalid.
///
/// No other call may use the config at the same time. The call does not block.
///
/// @since 0.1.0
/// @ingroup momo_config
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_set_option(
    config: Option<&mut momo_config>,
    name: *const c_char,
    value: *const c_char,
    error: Option<&mut MaybeUninit<Option<NonNull<momo_error>>>>,
) -> momo_status {
    call(error, || {
        let config = &mut live(config, "config")?.0;
        // SAFETY: each is NULL or a string, by the contract of this interface.
        let (name, value) = unsafe { (text(name, "name")?, text(value, "value")?) };
        config.set(name, value)
    })
}

/// Sets every option that has an environment variable: MOMO_ and the option's name in upper case.
///
/// If one value is bad, the call sets no option. An empty variable counts as unset. The call logs a
/// warning for each MOMO_ variable that names no option. If there is no logger yet, the next one
/// that you set gets it. If the program runs with more rights than its caller (set-uid), the call
/// reads no variable and logs a warning.
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
pub extern "C" fn momo_set_options_from_env(
    config: Option<&mut momo_config>,
    error: Option<&mut MaybeUninit<Option<NonNull<momo_error>>>>,
) -> momo_status {
    call(error, || {
        let config = &mut live(config, "config")?.0;
        config.set_from_env()?;
        config.flush_pending_log();
        Ok(())
    })
}

/// Frees a config and wipes the credentials in it. The clients made from it stay usable.
///
/// @param config  A config from this library, or NULL: then the call does nothing.
///
/// Any thread may free the config, once, after its last call has returned. Freeing never blocks.
///
/// @since 0.1.0
/// @ingroup momo_config
#[unsafe(no_mangle)]
pub extern "C" fn momo_free_config(config: Option<Box<momo_config>>) {
    free(config);
}

/// A logger: a function of your program that writes one line of the log.
///
/// @param user_data  The pointer given to momo_set_logger().
/// @param level      A #momo_log_level.
/// @param line       One line of UTF-8 without secrets. It is valid only during the call.
///
/// The library calls the logger on the thread of a call, before that call returns. The lines are
/// about that call and about requests in the background. The library holds no lock meanwhile, so
/// the logger may call this library. Several threads may be in the logger at once.
///
/// The logger must not throw, longjmp or end its thread. It must not free the client or the config
/// that it is called for. If another thread cancels this one (pthread_cancel), the cancellation
/// takes effect after the call.
///
/// @since 0.1.0
/// @ingroup momo_config
pub type momo_log_fn =
    Option<unsafe extern "C" fn(user_data: *mut c_void, level: i32, line: *const c_char)>;

/// What the host gave with its logger: the library's until nothing can use it any more.
struct UserData {
    pointer: *mut c_void,
    free: Option<unsafe extern "C" fn(*mut c_void)>,
}

// SAFETY: the interface says that the logger is called from several threads at once, and so what
// it points to is the host's to make safe for that.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}

impl Drop for UserData {
    fn drop(&mut self) {
        if let Some(free) = self.free {
            // SAFETY: the host gave the function for this very pointer, and nothing else of ours
            // has it any more.
            with_thread_cancellation_disabled(|| unsafe { free(self.pointer) });
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
    config: Option<&mut momo_config>,
    log: momo_log_fn,
    user_data: *mut c_void,
    free_user_data: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
    level: i32,
    error: Option<&mut MaybeUninit<Option<NonNull<momo_error>>>>,
) -> momo_status {
    let (pointer, free) = (user_data, free_user_data);
    let user_data = UserData { pointer, free };
    call(error, || {
        let config = &mut live(config, "config")?.0;
        let level = Level::from_number(level).ok_or_else(|| {
            Failure::argument("level is out of range; it is 1 (error) to 4 (debug)")
        })?;
        config.logger = log.map(|log| {
            let sink = move |line: &Line| {
                // The whole and not its fields: a closure owns what it names.
                let user_data = &user_data;
                let (level, text) = (line.level as i32, format!("{}\0", line.text));
                let text = text.as_ptr().cast();
                // SAFETY: the host gave function and pointer together; the text outlives the call.
                with_thread_cancellation_disabled(|| unsafe {
                    log(user_data.pointer, level, text)
                });
            };
            Logger::new(level, sink)
        });
        config.flush_pending_log();
        Ok(())
    })
}
