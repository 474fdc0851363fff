use std::ffi::c_char;
use std::time::Duration;

use super::config::momo_config;
use super::error::momo_error;
use super::guard::call;
use super::strings::text;
use super::token::momo_token;
use crate::call::{CallTimeout, TokenForCaller};
use crate::client::Client;
use crate::error::Failure;
use crate::error::momo_status;
use crate::log::CallLog;
use crate::panics::catch_panic;
use crate::{cache, sys};

/// A client: opaque, immutable once made. Any number of threads may call on it at once; free it
/// after the last call has returned.
#[allow(non_camel_case_types)]
pub struct momo_client(Client);

/// A day: beyond it, an overflow in the caller's arithmetic is likelier than a real wish.
const LONGEST: i64 = 24 * 3600 * 1000;

impl momo_client {
    /// # Safety
    /// `client` is NULL or live for as long as the reference is used.
    pub(super) unsafe fn of<'a>(client: *const momo_client) -> Result<&'a Client, Failure> {
        // SAFETY: this function's own contract.
        unsafe { client.as_ref() }
            .map(|c| &c.0)
            .ok_or_else(|| Failure::argument("client is NULL; make one with momo_create_client"))
    }
}

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

/// Makes a client from a config. Touches no network.
///
/// Reads key files, the trust store and the environment: SSL_CERT_FILE and SSL_CERT_DIR for
/// ca=system, HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY in both cases of letters (HTTP_PROXY
/// has no effect). No other call on the client reads the environment, except that the C library's
/// resolver may read variables of its own when it looks a host name up. Later changes of the config
/// or of the environment do not reach the client.
///
/// Warns in the log where api_user is no UUID and where api_key and the subscription key are the
/// same.
///
/// Ownership: the client is the caller's, freed with momo_free_client(). NULL: `client` is set to
/// NULL first and stays so on failure; `error` may be NULL. Threads and forks: any; a client made
/// before fork works in both processes. Blocks: as long as reading these
/// files. No change of the environment on another thread at the same time. Errors:
/// MOMO_INVALID_ARGUMENT; MOMO_INVALID_CONFIG where a credential is missing or the trust store has
/// nothing in it. Since 0.1.0.
///
/// # Safety
/// `config` is NULL or live and not changed meanwhile, `client` and `error` are NULL or valid for
/// writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_create_client(
    config: *const momo_config,
    client: *mut *mut momo_client,
    error: *mut *mut momo_error,
) -> momo_status {
    // SAFETY: `client` is NULL or valid, `error` is as `call` wants it, `config` is as `of` wants
    // it, all by this function's own contract.
    unsafe {
        if !client.is_null() {
            *client = std::ptr::null_mut();
        }
        call(error, || {
            sys::ensure_prepared();
            let config = momo_config::of(config)?;
            if client.is_null() {
                return Err(Failure::argument(
                    "client is NULL; give a place for the client",
                ));
            }
            let made = sys::with_thread_cancellation_disabled(|| Client::new(config))?;
            *client = Box::into_raw(Box::new(momo_client(made)));
            Ok(())
        })
    }
}

/// Ends every call in progress on this client, and every later one, with MOMO_CANCELLED. Final.
/// Ends the requests that its calls began in the background, too.
///
/// Calls in progress end within 100 ms, whatever they wait for. Other clients are not touched,
/// also where they share the token. On Windows a TCP connection that is being made ends with its
/// own time-out.
///
/// Ownership: none changes hands; the client is still to be freed. NULL: nothing happens. Threads
/// and forks: any thread, but no signal handler; calls of the other process go on. Blocks: never.
/// Since 0.1.0.
///
/// # Safety
/// `client` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_cancel_client(client: *const momo_client) {
    // SAFETY: NULL or live, by this function's own contract.
    if let Some(client) = unsafe { client.as_ref() } {
        catch_panic(|| client.0.cancel());
    }
}

/// Frees a client. A token that it shared stays in the process for its equals until it expires. A
/// request in the background goes on, and what it needs is wiped and freed at its end.
///
/// Ownership: takes it; tokens handed out live on. NULL: nothing happens. Threads and forks: any
/// thread, once, after the last call on it has returned. Blocks: never. Since 0.1.0.
///
/// # Safety
/// `client` is NULL or was made by momo_create_client, is not freed, and no call on it is running.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_free_client(client: *mut momo_client) {
    if !client.is_null() {
        // SAFETY: made by momo_create_client from a box, by this function's own contract.
        let client = unsafe { Box::from_raw(client) };
        catch_panic(|| {
            // Closing a connection is a cancellation point.
            sys::with_thread_cancellation_disabled(|| drop(client));
        });
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
    get: impl FnOnce(&Client, CallTimeout) -> Result<*mut momo_token, Failure>,
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
            *token = get(client, timeout)?;
            Ok(())
        })
    }
}

/// A call that may block, and what it has to tell the host's logger.
fn blocking(
    client: &Client,
    ask: impl FnOnce(
        &mut CallLog,
        fn(&TokenForCaller) -> *mut momo_token,
    ) -> Result<*mut momo_token, Failure>,
) -> Result<*mut momo_token, Failure> {
    sys::with_thread_cancellation_disabled(|| client.logged(|log| ask(log, momo_token::allocate)))
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
    unsafe {
        hand_out(client, timeout_ms, token, error, |client, timeout| {
            blocking(client, |log, copy| client.create_token(timeout, log, copy))
        })
    }
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
    unsafe {
        hand_out(
            client,
            timeout_ms,
            token,
            error,
            |client, timeout| match client.fresh_token(momo_token::allocate)? {
                Some(token) => Ok(token),
                None => blocking(client, |log, copy| client.get_token(timeout, log, copy)),
            },
        )
    }
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
/// else. Threads and forks: any. Blocks: never. Errors: MOMO_INVALID_ARGUMENT. Since 0.1.0.
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
            client.invalidate_token(text(access_token, "access_token")?);
            Ok(())
        })
    }
}

/// Forgets and wipes every token that this process holds, of every client; tokens handed out stay
/// as they are.
///
/// Ownership: none changes hands. Threads and forks: any; the other process keeps its own. Blocks:
/// never. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn momo_clear_cache() {
    catch_panic(cache::clear);
}
