use std::ffi::c_char;

use super::error::momo_error;
use super::guard::call;
use super::strings::text;
use crate::config::{Config, set_from_env};
use crate::error::Failure;
use crate::error::momo_status;
use crate::panics::catch_panic;

/// The options of clients to be made: opaque.
#[allow(non_camel_case_types)]
pub struct momo_config(Config);

impl momo_config {
    /// # Safety
    /// `config` is NULL or live, and no other thread changes it while the reference is used.
    pub(super) unsafe fn of<'a>(config: *const momo_config) -> Result<&'a Config, Failure> {
        // SAFETY: this function's own contract.
        unsafe { config.as_ref() }.map(|c| &c.0).ok_or_else(missing)
    }

    /// # Safety
    /// `config` is NULL or live, and no other thread uses it while the reference is used.
    pub(super) unsafe fn of_mut<'a>(config: *mut momo_config) -> Result<&'a mut Config, Failure> {
        // SAFETY: this function's own contract.
        unsafe { config.as_mut() }
            .map(|c| &mut c.0)
            .ok_or_else(missing)
    }
}

fn missing() -> Failure {
    Failure::argument("config is NULL; make one with momo_create_config")
}

/// Makes a config with every option at its default.
///
/// Ownership: the caller's, freed with momo_free_config(). NULL: returned only for a bug of this
/// library; every function that takes it then says so. Threads and forks: any. Blocks: never.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn momo_create_config() -> *mut momo_config {
    crate::sys::ensure_prepared();
    match catch_panic(Config::default) {
        Some(config) => Box::into_raw(Box::new(momo_config(config))),
        None => std::ptr::null_mut(),
    }
}

/// Sets one option by its name; the table of options is in docs/options.md.
///
/// The value is checked now, before any network. Where it is refused the option keeps its value,
/// and the message does not repeat what may be a secret.
///
/// Ownership: both strings are copied. NULL: `error` may be NULL, nothing else. Threads and forks:
/// no other call with this config at the same time. Blocks: never. Errors: MOMO_INVALID_ARGUMENT,
/// MOMO_INVALID_CONFIG. Since 0.1.0.
///
/// # Safety
/// `config` is NULL or live, `name` and `value` are NULL or NUL-terminated, `error` is NULL or
/// valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_set_option(
    config: *mut momo_config,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut momo_error,
) -> momo_status {
    // SAFETY: `error` is as `call` wants it, by this function's own contract.
    unsafe {
        call(error, || {
            // SAFETY: each is NULL or what its helper asks for, by this function's own contract.
            let config = momo_config::of_mut(config)?;
            config.set(text(name, "name")?, text(value, "value")?)
        })
    }
}

/// Sets every option that the environment names: MOMO_ and the option's name in upper case.
///
/// All of them, or none where one is bad. Empty is unset; an unknown MOMO_ name is a line in the
/// log. In a program that runs with more rights than its caller (set-uid) none is read.
///
/// Ownership: nothing is handed over. NULL: `error` may be NULL, `config` may not. Threads and
/// forks: no other call with this config, and no change of the environment, at the same time.
/// Blocks: never. Errors: MOMO_INVALID_ARGUMENT, MOMO_INVALID_CONFIG. Since 0.1.0.
///
/// # Safety
/// `config` is NULL or live, `error` is NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_set_options_from_env(
    config: *mut momo_config,
    error: *mut *mut momo_error,
) -> momo_status {
    // SAFETY: `error` is as `call` wants it, by this function's own contract.
    unsafe {
        call(error, || {
            // SAFETY: NULL or live, by this function's own contract.
            let config = momo_config::of_mut(config)?;
            set_from_env(config)?;
            config.flush_pending_log();
            Ok(())
        })
    }
}

/// Frees a config. Clients made from it live on.
///
/// Ownership: takes it; credentials in it are wiped. NULL: nothing happens. Threads and forks: any
/// thread, once, with no other call on it. Blocks: never. Since 0.1.0.
///
/// # Safety
/// `config` is NULL or was made by momo_create_config and not freed since.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_free_config(config: *mut momo_config) {
    if !config.is_null() {
        // SAFETY: made by momo_create_config from a box, by this function's own contract.
        let config = unsafe { Box::from_raw(config) };
        catch_panic(|| drop(config));
    }
}
