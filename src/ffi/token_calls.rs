use std::ffi::c_char;
use std::time::Duration;

use super::client::momo_client;
use super::error::momo_error;
use super::guard::call;
use super::strings::text;
use super::token::momo_token;
use crate::client::{CallTimeout, Client, TokenForCaller};
use crate::error::{Failure, momo_status};
use crate::panics::catch_panic;
use crate::{cache, sys};

/// A day: beyond it, an overflow in the caller's arithmetic is likelier than a real wish.
const LONGEST: i64 = 24 * 3600 * 1000;

fn call_timeout(timeout_ms: i64) -> Result<CallTimeout, Failure> {
    match timeout_ms {
        -1 => Ok(CallTimeout::Default),
        0 => Ok(CallTimeout::NeverBlock),
        1.. => Ok(CallTimeout::After(Duration::from_millis(
            timeout_ms.min(LONGEST).unsigned_abs(),
        ))),
        _ => Err(Failure::argument(
            "timeout_ms is out of range; it is -1 (the option timeout), 0 (never block) or a \
             number of milliseconds",
        )),
    }
}

/// What the two calls that hand out a token have in common.
///
/// # Safety
/// `client` is NULL or live, `token` and `error` are NULL or valid for writing.
unsafe fn hand_out(
    client: *const momo_client,
    timeout_ms: i64,
    token: *mut *mut momo_token,
    error: *mut *mut momo_error,
    get: fn(&Client, CallTimeout) -> Result<TokenForCaller, Failure>,
) -> momo_status {
    // SAFETY: `token` is NULL or valid, `error` is as `call` wants it, `client` is as `of` wants
    // it, all by this function's own contract.
    unsafe {
        if !token.is_null() {
            *token = std::ptr::null_mut();
        }
        call(error, || {
            let client = momo_client::of(client)?;
            let timeout = call_timeout(timeout_ms)?;
            if token.is_null() {
                return Err(Failure::argument(
                    "token is NULL; give a place for the token",
                ));
            }
            *token = momo_token::allocate(&get(client, timeout)?);
            Ok(())
        })
    }
}

/// Asks the gateway for a new token: the operation CreateAccessToken.
///
/// Never from a cache, never delayed by a cooldown; the token becomes the one that momo_get_token()
/// hands out. Programs that pay want momo_get_token(): MTN advises against a token per
/// transaction.
///
/// `timeout_ms` is the call's whole time, retries included: -1 is the option `timeout`, 0 never
/// blocks and so always ends with MOMO_WOULD_BLOCK; more than a day is taken as a day.
///
/// Ownership: the token is the caller's, freed with momo_free_token(). NULL: `token` is set to NULL
/// first and stays so on failure; `error` may be NULL. Threads and forks: any number at once.
/// Blocks: at most `timeout_ms`. Errors: all from MOMO_INVALID_ARGUMENT to MOMO_INVALID_RESPONSE.
/// Since 0.1.0.
///
/// # Safety
/// `client` is NULL or live, `token` and `error` are NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_create_token(
    client: *const momo_client,
    timeout_ms: i64,
    token: *mut *mut momo_token,
    error: *mut *mut momo_error,
) -> momo_status {
    // SAFETY: this function's own contract is that of `hand_out`.
    unsafe { hand_out(client, timeout_ms, token, error, Client::create_token) }
}

/// A token that is good now: what programs call before each payment.
///
/// Fresh: a copy of the token at hand, without lock or network. Stale (the option
/// `refresh_margin`): the token at hand, too, and a thread of the library asks for a new one, at
/// most 5 s and once; where that fails `refresh_status` says why. While a valid token is at hand
/// no call waits for a network, a name server or another thread. With the option `refresh` set to
/// caller, and where no thread can be started, the caller who finds the token stale asks by itself.
/// Expired or none: one caller asks, the others wait and share the outcome. After a failure the
/// same failure is given back for a cooldown of 250 ms to 5 s, or as long as the gateway asked for,
/// at most 60 s: `retry_after_ms` says how long.
///
/// Where the option `cache` names a directory or a Redis server, whoever is to ask looks there first
/// for a token, or a failure, of another process, and waits for one that is asking already until
/// half of its own time is left, or 5 s where that is less; then it asks by itself. What fails there
/// is a line in the log and stops no call.
///
/// `timeout_ms` is the call's whole time: -1 is the option `timeout`; more than a day is taken as a
/// day. 0 never blocks: it hands out the token at hand, or ends with MOMO_WOULD_BLOCK, and what is
/// to be asked of the gateway is asked in the background. An event loop calls so and asks again; it
/// needs no worker and no timer of its own. (With `refresh` set to caller, 0 asks for nothing.)
///
/// The background thread blocks every signal, calls nothing of the host, goes on after
/// momo_free_client() and is ended by momo_cancel_client(); the process may exit or fork meanwhile.
/// What it has to say is logged by the next call on a client with a logger that shares the token,
/// at most the last 32 lines.
///
/// Ownership: the token is the caller's, freed with momo_free_token(). NULL: `token` is set to NULL
/// first and stays so on failure; `error` may be NULL. Threads and forks: any number at once; a
/// forked child goes on with its parent's token. Blocks: not while a token is good, else at most
/// `timeout_ms`. Errors: all from MOMO_INVALID_ARGUMENT to MOMO_INVALID_RESPONSE. Since 0.1.0.
///
/// # Safety
/// `client` is NULL or live, `token` and `error` are NULL or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_get_token(
    client: *const momo_client,
    timeout_ms: i64,
    token: *mut *mut momo_token,
    error: *mut *mut momo_error,
) -> momo_status {
    // SAFETY: this function's own contract is that of `hand_out`.
    unsafe { hand_out(client, timeout_ms, token, error, Client::get_token) }
}

/// Tells that the gateway refused a token (a 401 to a payment, say): it is never handed out again,
/// also where the gateway issues the same text once more (that call ends with MOMO_UNAUTHORIZED).
///
/// The current token stays where it is another one by now, so a hundred threads that saw the same
/// refusal cause one request. The last 8 invalidated tokens are remembered. An invalidation causes
/// at most one new token per 5 s: where that one is invalidated at once too, momo_get_token() ends
/// with MOMO_UNAUTHORIZED until the 5 s are over.
///
/// Ownership: the string is read during the call, not kept. NULL: `error` may be NULL, nothing
/// else. Threads and forks: any. Blocks: never, but where the option `cache` names a directory or a
/// Redis server: the token is removed there too, where it is still that one, which takes a file
/// operation or at most 500 ms. Errors: MOMO_INVALID_ARGUMENT. Since 0.1.0.
///
/// # Safety
/// `client` is NULL or live, `access_token` is NULL or NUL-terminated, `error` is NULL or valid for
/// writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_invalidate_token(
    client: *const momo_client,
    access_token: *const c_char,
    error: *mut *mut momo_error,
) -> momo_status {
    // SAFETY: each is NULL or what its helper asks for, by this function's own contract.
    unsafe {
        call(error, || {
            let client = momo_client::of(client)?;
            let access = text(access_token, "access_token")?;
            sys::with_thread_cancellation_disabled(|| client.invalidate_token(access));
            Ok(())
        })
    }
}

/// Forgets and wipes every token that this process holds, of every client; tokens handed out stay
/// as they are, and so do those that a directory or a Redis server holds for other processes.
///
/// Ownership: none changes hands. Threads and forks: any; the other process keeps its own. Blocks:
/// never. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn momo_clear_cache() {
    catch_panic(cache::clear);
}
