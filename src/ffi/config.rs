use std::ffi::c_char;
use std::ptr::null_mut;

use super::error::momo_error;
use super::guard::{boxed, call, free, live};
use super::strings::text;
use crate::config::{Config, set_from_env};
use crate::error::{Failure, momo_status};
use crate::panics::catch_panic;

/// Options of the clients that you make from it: an opaque type.
///
/// @ingroup momo_config
#[allow(non_camel_case_types)]
pub struct momo_config(Config);

const MISSING: &str = "config is NULL; make one with momo_create_config";

impl momo_config {
    /// # Safety
    /// `config` is NULL or live, and no other thread changes it while the reference is used.
    pub(super) unsafe fn of<'a>(config: *const momo_config) -> Result<&'a Config, Failure> {
        // SAFETY: this function's own contract.
        unsafe { live(config, MISSING) }.map(|config| &config.0)
    }

    /// # Safety
    /// `config` is NULL or live, and no other thread uses it while the reference is used.
    pub(super) unsafe fn of_mut<'a>(config: *mut momo_config) -> Result<&'a mut Config, Failure> {
        // SAFETY: this function's own contract.
        let config = unsafe { config.as_mut() };
        let config = config.ok_or_else(|| Failure::argument(MISSING))?;
        Ok(&mut config.0)
    }
}

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
    //! # Safety
    //! `config` is NULL or live, `name` and `value` are NULL or NUL-terminated, `error` is NULL or
    //! valid for writing.
    // SAFETY: each is NULL or what its helper asks for, by this function's own contract.
    unsafe {
        call(error, || {
            let config = momo_config::of_mut(config)?;
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
    //! # Safety
    //! `config` is NULL or live, `error` is NULL or valid for writing.
    // SAFETY: each is NULL or what its helper asks for, by this function's own contract.
    unsafe {
        call(error, || {
            let config = momo_config::of_mut(config)?;
            set_from_env(config)?;
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
    //! # Safety
    //! `config` is NULL or was made by momo_create_config and not freed since.
    // SAFETY: made by momo_create_config, by this function's own contract.
    unsafe { free(config) };
}
