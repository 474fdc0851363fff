//! The table of arguments.rs: every function with every argument that is no good.
#![allow(dead_code, unreachable_pub)]

use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};

use momo::ffi::*;

const BROKEN: *const c_char = c"\xff\xfe".as_ptr();
const OPTION: *const c_char = c"timeout".as_ptr();
const VALUE: *const c_char = c"1s".as_ptr();

/// What every row may use, all of it live.
pub struct Live {
    pub config: *mut momo_config,
    pub client: *mut momo_client,
}

/// Places for results, filled with what a caller may have left there.
pub struct Out {
    pub client: *mut momo_client,
    pub token: *mut momo_token,
    pub options: *mut momo_option,
    pub stats: *mut momo_stats,
    pub error: *mut momo_error,
}

impl Out {
    pub fn garbage() -> Self {
        Self {
            client: null_mut::<momo_client>().wrapping_byte_add(0x11),
            token: null_mut::<momo_token>().wrapping_byte_add(0x11),
            options: null_mut::<momo_option>().wrapping_byte_add(0x11),
            stats: null_mut::<momo_stats>().wrapping_byte_add(0x11),
            error: null_mut::<momo_error>().wrapping_byte_add(0x11),
        }
    }
}

pub struct Row {
    pub function: &'static str,
    pub argument: &'static str,
    /// Of the message; "" if no error is asked for, "OK" if all is well.
    pub words: &'static str,
    /// None for a function that returns nothing.
    pub call: fn(&Live, &mut Out) -> Option<momo_status>,
}

macro_rules! row {
    ($function:literal, $argument:literal, $words:literal, |$live:pat_param, $out:pat_param| $call:expr) => {
        Row {
            function: $function,
            argument: $argument,
            words: $words,
            // SAFETY: the handles of `Live` are live, the places of `Out` are writable, the
            // strings end, and NULL is what is tried.
            call: |$live, $out| Some(unsafe { $call }),
        }
    };
    ($function:literal, $argument:literal, $call:expr) => {
        Row {
            function: $function,
            argument: $argument,
            words: "",
            call: |_, _| {
                // SAFETY: as above.
                #[allow(unused_unsafe)]
                let _ = unsafe { $call };
                None
            },
        }
    };
}

pub unsafe extern "C" fn quiet(_: *mut c_void, _: i32, _: *const c_char) {}

#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    row!("momo_set_option", "config", "config is NULL", |_, o| momo_set_option(null_mut(), OPTION, VALUE, &raw mut o.error)),
    row!("momo_set_option", "name", "name is NULL", |l, o| momo_set_option(l.config, null(), VALUE, &raw mut o.error)),
    row!("momo_set_option", "name", "name is not UTF-8", |l, o| momo_set_option(l.config, BROKEN, VALUE, &raw mut o.error)),
    row!("momo_set_option", "value", "value is NULL", |l, o| momo_set_option(l.config, OPTION, null(), &raw mut o.error)),
    row!("momo_set_option", "value", "value is not UTF-8", |l, o| momo_set_option(l.config, OPTION, BROKEN, &raw mut o.error)),
    row!("momo_set_option", "error", "", |l, _| momo_set_option(l.config, null(), VALUE, null_mut())),
    row!("momo_set_options_from_env", "config", "config is NULL", |_, o| momo_set_options_from_env(null_mut(), &raw mut o.error)),
    row!("momo_set_options_from_env", "error", "", |_, _| momo_set_options_from_env(null_mut(), null_mut())),
    row!("momo_set_logger", "config", "config is NULL", |_, o| momo_set_logger(null_mut(), Some(quiet), null_mut(), None, 4, &raw mut o.error)),
    row!("momo_set_logger", "level", "level is out of range", |l, o| momo_set_logger(l.config, Some(quiet), null_mut(), None, 0, &raw mut o.error)),
    row!("momo_set_logger", "level", "level is out of range", |l, o| momo_set_logger(l.config, Some(quiet), null_mut(), None, 5, &raw mut o.error)),
    row!("momo_set_logger", "level", "level is out of range", |l, o| momo_set_logger(l.config, Some(quiet), null_mut(), None, i32::MIN, &raw mut o.error)),
    row!("momo_set_logger", "level", "level is out of range", |l, o| momo_set_logger(l.config, None, null_mut(), None, i32::MAX, &raw mut o.error)),
    row!("momo_set_logger", "error", "", |_, _| momo_set_logger(null_mut(), Some(quiet), null_mut(), None, 4, null_mut())),
    row!("momo_set_logger", "log", "OK", |l, o| momo_set_logger(l.config, None, null_mut(), None, 4, &raw mut o.error)),
    row!("momo_set_logger", "user_data", "OK", |l, o| momo_set_logger(l.config, Some(quiet), null_mut(), None, 1, &raw mut o.error)),
    row!("momo_set_logger", "free_user_data", "OK", |l, o| momo_set_logger(l.config, Some(quiet), l.config.cast(), None, 1, &raw mut o.error)),
    row!("momo_free_config", "config", momo_free_config(null_mut())),
    row!("momo_create_client", "config", "config is NULL", |_, o| momo_create_client(null(), &raw mut o.client, &raw mut o.error)),
    row!("momo_create_client", "client", "client is NULL", |l, o| momo_create_client(l.config, null_mut(), &raw mut o.error)),
    row!("momo_create_client", "error", "", |_, o| momo_create_client(null(), &raw mut o.client, null_mut())),
    row!("momo_clone_client", "client", momo_clone_client(null())),
    row!("momo_cancel_client", "client", momo_cancel_client(null())),
    row!("momo_free_client", "client", momo_free_client(null_mut())),
    row!("momo_create_token", "client", "client is NULL", |_, o| momo_create_token(null(), 1, &raw mut o.token, &raw mut o.error)),
    row!("momo_create_token", "timeout_ms", "timeout_ms is out of range", |l, o| momo_create_token(l.client, -2, &raw mut o.token, &raw mut o.error)),
    row!("momo_create_token", "timeout_ms", "timeout_ms is out of range", |l, o| momo_create_token(l.client, i64::MIN, &raw mut o.token, &raw mut o.error)),
    row!("momo_create_token", "token", "token is NULL", |l, o| momo_create_token(l.client, 1, null_mut(), &raw mut o.error)),
    row!("momo_create_token", "error", "", |_, o| momo_create_token(null(), 1, &raw mut o.token, null_mut())),
    row!("momo_get_token", "client", "client is NULL", |_, o| momo_get_token(null(), 1, &raw mut o.token, &raw mut o.error)),
    row!("momo_get_token", "timeout_ms", "timeout_ms is out of range", |l, o| momo_get_token(l.client, -2, &raw mut o.token, &raw mut o.error)),
    row!("momo_get_token", "timeout_ms", "timeout_ms is out of range", |l, o| momo_get_token(l.client, i64::MIN, &raw mut o.token, &raw mut o.error)),
    row!("momo_get_token", "token", "token is NULL", |l, o| momo_get_token(l.client, 1, null_mut(), &raw mut o.error)),
    row!("momo_get_token", "error", "", |_, o| momo_get_token(null(), 1, &raw mut o.token, null_mut())),
    row!("momo_invalidate_token", "client", "client is NULL", |_, o| momo_invalidate_token(null(), OPTION, &raw mut o.error)),
    row!("momo_invalidate_token", "access_token", "access_token is NULL", |l, o| momo_invalidate_token(l.client, null(), &raw mut o.error)),
    row!("momo_invalidate_token", "access_token", "access_token is not UTF-8", |l, o| momo_invalidate_token(l.client, BROKEN, &raw mut o.error)),
    row!("momo_invalidate_token", "error", "", |l, _| momo_invalidate_token(l.client, null(), null_mut())),
    row!("momo_get_options", "client", "client is NULL", |_, o| momo_get_options(null(), &raw mut o.options, &raw mut o.error)),
    row!("momo_get_options", "options", "options is NULL", |l, o| momo_get_options(l.client, null_mut(), &raw mut o.error)),
    row!("momo_get_options", "error", "", |_, o| momo_get_options(null(), &raw mut o.options, null_mut())),
    row!("momo_free_options", "options", momo_free_options(null_mut())),
    row!("momo_get_stats", "client", "client is NULL", |_, o| momo_get_stats(null(), &raw mut o.stats, &raw mut o.error)),
    row!("momo_get_stats", "stats", "stats is NULL", |l, o| momo_get_stats(l.client, null_mut(), &raw mut o.error)),
    row!("momo_get_stats", "error", "", |_, o| momo_get_stats(null(), &raw mut o.stats, null_mut())),
    row!("momo_free_stats", "stats", momo_free_stats(null_mut())),
    row!("momo_free_token", "token", momo_free_token(null_mut())),
    row!("momo_free_error", "error", momo_free_error(null_mut())),
    row!("momo_status_name", "status", momo_status_name(i32::MIN)),
    row!("momo_version", "void", momo_version()),
    row!("momo_create_config", "void", momo_free_config(momo_create_config())),
    row!("momo_clear_cache", "void", momo_clear_cache()),
];
