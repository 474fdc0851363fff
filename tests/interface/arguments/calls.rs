//! The table of arguments.rs: every function with every argument that is no good.
#![allow(dead_code, unreachable_pub)]

use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};

use crate::common::*;
use momo::ffi::*;

const BROKEN: *const c_char = c"\xff\xfe".as_ptr();
const OPTION: *const c_char = c"timeout".as_ptr();
const VALUE: *const c_char = c"1s".as_ptr();

/// What every row may use, all of it live.
pub struct Live {
    pub config: Config,
    pub client: Client,
}

/// A function with one of its arguments, the words of the error ("OK" if there is none), and a call
/// with a value of that argument, a place for what it hands out and one for the error.
pub type Row = (
    &'static str,
    &'static str,
    fn(&Live, &mut usize, OutError) -> momo_status,
);

/// The place for a pointer of some type, with what a caller may have left there.
fn out<P>(place: &mut usize) -> Out<'_, P> {
    *place = 0x11;
    // SAFETY: room for a pointer, of which nothing is read as one.
    Some(unsafe { &mut *std::ptr::from_mut(place).cast() })
}

macro_rules! row {
    ($name:literal, $words:literal, |$live:pat_param, $out:pat_param, $error:pat_param| $call:expr) => {
        // SAFETY: every string ends, and NULL is what is tried.
        #[allow(unused_unsafe)]
        ($name, $words, |$live, $out, $error| unsafe { $call })
    };
}

pub unsafe extern "C" fn quiet(_: *mut c_void, _: i32, _: *const c_char) {}

#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    row!("momo_set_option config", "config is NULL", |_, _, e| momo_set_option(None, OPTION, VALUE, e)),
    row!("momo_set_option name", "name is NULL", |l, _, e| momo_set_option(l.config.live(), null(), VALUE, e)),
    row!("momo_set_option name", "name is not UTF-8", |l, _, e| momo_set_option(l.config.live(), BROKEN, VALUE, e)),
    row!("momo_set_option value", "value is NULL", |l, _, e| momo_set_option(l.config.live(), OPTION, null(), e)),
    row!("momo_set_option value", "value is not UTF-8", |l, _, e| momo_set_option(l.config.live(), OPTION, BROKEN, e)),
    row!("momo_set_options_from_env config", "config is NULL", |_, _, e| momo_set_options_from_env(None, e)),
    row!("momo_set_logger config", "config is NULL", |_, _, e| momo_set_logger(None, Some(quiet), null_mut(), None, 4, e)),
    row!("momo_set_logger level", "level is out of range", |l, _, e| momo_set_logger(l.config.live(), Some(quiet), null_mut(), None, 0, e)),
    row!("momo_set_logger level", "level is out of range", |l, _, e| momo_set_logger(l.config.live(), Some(quiet), null_mut(), None, 5, e)),
    row!("momo_set_logger level", "level is out of range", |l, _, e| momo_set_logger(l.config.live(), Some(quiet), null_mut(), None, i32::MIN, e)),
    row!("momo_set_logger level", "level is out of range", |l, _, e| momo_set_logger(l.config.live(), None, null_mut(), None, i32::MAX, e)),
    row!("momo_set_logger log", "OK", |l, _, e| momo_set_logger(l.config.live(), None, null_mut(), None, 4, e)),
    row!("momo_set_logger user_data", "OK", |l, _, e| momo_set_logger(l.config.live(), Some(quiet), null_mut(), None, 1, e)),
    row!("momo_set_logger free_user_data", "OK", |l, _, e| momo_set_logger(l.config.live(), Some(quiet), l.config.0.cast(), None, 1, e)),
    row!("momo_create_client config", "config is NULL", |_, o, e| momo_create_client(None, out(o), e)),
    row!("momo_create_client client", "client is NULL; give a place", |l, _, e| momo_create_client(l.config.live().as_deref(), None, e)),
    row!("momo_create_token client", "client is NULL", |_, o, e| momo_create_token(None, 1, out(o), e)),
    row!("momo_create_token timeout_ms", "timeout_ms is out of range", |l, o, e| momo_create_token(l.client.live(), -2, out(o), e)),
    row!("momo_create_token timeout_ms", "timeout_ms is out of range", |l, o, e| momo_create_token(l.client.live(), i64::MIN, out(o), e)),
    row!("momo_create_token token", "token is NULL; give a place", |l, _, e| momo_create_token(l.client.live(), 1, None, e)),
    row!("momo_get_token client", "client is NULL", |_, o, e| momo_get_token(None, 1, out(o), e)),
    row!("momo_get_token timeout_ms", "timeout_ms is out of range", |l, o, e| momo_get_token(l.client.live(), -2, out(o), e)),
    row!("momo_get_token timeout_ms", "timeout_ms is out of range", |l, o, e| momo_get_token(l.client.live(), i64::MIN, out(o), e)),
    row!("momo_get_token token", "token is NULL; give a place", |l, _, e| momo_get_token(l.client.live(), 1, None, e)),
    row!("momo_invalidate_token client", "client is NULL", |_, _, e| momo_invalidate_token(None, OPTION, e)),
    row!("momo_invalidate_token access_token", "access_token is NULL", |l, _, e| momo_invalidate_token(l.client.live(), null(), e)),
    row!("momo_invalidate_token access_token", "access_token is not UTF-8", |l, _, e| momo_invalidate_token(l.client.live(), BROKEN, e)),
    row!("momo_get_options client", "client is NULL", |_, o, e| momo_get_options(None, out(o), e)),
    row!("momo_get_options options", "options is NULL; give a place", |l, _, e| momo_get_options(l.client.live(), None, e)),
    row!("momo_get_stats client", "client is NULL", |_, o, e| momo_get_stats(None, out(o), e)),
    row!("momo_get_stats stats", "stats is NULL; give a place", |l, _, e| momo_get_stats(l.client.live(), None, e)),
];

/// The functions without a status.
#[rustfmt::skip]
pub const OTHERS: &[(&str, fn())] = &[
    ("momo_version void", || assert!(!momo_version().is_null())),
    ("momo_status_name status", || assert!(!momo_status_name(i32::MIN).is_null())),
    ("momo_create_config void", || momo_free_config(momo_create_config())),
    ("momo_free_config config", || momo_free_config(None)),
    ("momo_clone_client client", || assert!(momo_clone_client(None).is_none())),
    ("momo_cancel_client client", || momo_cancel_client(None)),
    ("momo_free_client client", || momo_free_client(None)),
    ("momo_free_stats stats", || momo_free_stats(None)),
    ("momo_clear_cache void", || momo_clear_cache()),
    // SAFETY: NULL is what is tried.
    ("momo_free_token token", || unsafe { momo_free_token(None) }),
    // SAFETY: as above.
    ("momo_free_options options", || unsafe { momo_free_options(None) }),
    // SAFETY: as above.
    ("momo_free_error error", || unsafe { momo_free_error(None) }),
];
