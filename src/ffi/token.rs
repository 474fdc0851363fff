//! Tokens in the C interface: the struct, and the calls that give one.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::time::Duration;

use super::block;
use super::client::momo_client;
use super::error::momo_error;
use super::guard::{call, call_for, live, text};
use crate::client::{CallTimeout, TokenForCaller};
use crate::error::momo_status;
use crate::panics::catch_panic;
use crate::{Failure, cache, sys};

/// A token: your own copy.
///
/// You own it. Free it with momo_free_token(), which also wipes it. New versions may add fields at
/// the end, so do not copy the struct by value. No string in it is NULL.
///
/// @since 0.1.0
/// @ingroup momo_token
#[repr(C)]
pub struct momo_token {
    /// The token, exactly as the gateway sent it.
    pub access_token: *const c_char,
    /// The type from the gateway, "" if it sent none. MTN sends "access_token", not "Bearer".
    pub token_type: *const c_char,
    /// Value of the Authorization header to send: "Bearer " and the token.
    pub authorization: *const c_char,
    /// Seconds left when the call returned, at least 1; 0 if the gateway sent no usable lifetime.
    pub expires_in: i64,
    /// Unix time in seconds when the token expires; 0 if that is not known.
    pub expires_at: i64,
    /// Lifetime in seconds that the gateway sent with the token, at most 86400; 0 if it sent none.
    pub lifetime: i64,
    /// Why the last refresh failed: a momo_status; MOMO_OK (0) if it did not.
    pub refresh_status: i32,
    /// Seconds until a refresh is due, rounded up; 0 if it is due now. -1 if there will be none,
    /// because the option `cache` is `none` or the lifetime is not known. You need not act on it:
    /// momo_get_token() refreshes the token.
    pub refresh_in: i64,
}

impl momo_token {
    fn hand_out(from: &TokenForCaller) -> NonNull<momo_token> {
        let token = &*from.token;
        let (access_at, type_at) = token.offsets();
        let seconds = |time: Duration| time.as_secs() as i64;
        let rounded_up = |time: Duration| seconds(time) + i64::from(time.subsec_nanos() > 0);
        block::hand_out([token.text()], |[text]| momo_token {
            access_token: text.wrapping_add(access_at),
            token_type: text.wrapping_add(type_at),
            authorization: text,
            // 0 is for what is not known: less than a second left is one.
            expires_in: from.expires_in.map_or(0, |left| seconds(left).max(1)),
            expires_at: token.life.map_or(0, |life| seconds(life.end.wall)),
            lifetime: token.life.map_or(0, |life| seconds(life.lifetime)),
            refresh_status: from.refresh_status as i32,
            refresh_in: from.refresh_in.map_or(-1, rounded_up),
        })
    }
}

/// A day: beyond it, an overflow in the caller's arithmetic is likelier than a real wish.
const MAX_TIMEOUT_MS: i64 = 24 * 3600 * 1000;

fn call_timeout(timeout_ms: i64) -> Result<CallTimeout, Failure> {
    match timeout_ms {
        -1 => Ok(CallTimeout::Default),
        0 => Ok(CallTimeout::NeverBlock),
        1.. => Ok(CallTimeout::After(Duration::from_millis(
            timeout_ms.min(MAX_TIMEOUT_MS).unsigned_abs(),
        ))),
        _ => Err(Failure::argument(
            "timeout_ms is out of range; it is -1 (the option timeout), 0 (never block) or more",
        )),
    }
}

/// Asks the gateway for a new token: the operation CreateAccessToken.
///
/// Before a payment call momo_get_token() instead: MTN advises against a token per transaction.
/// The new token never comes from a cache, and no cooldown delays the request. momo_get_token()
/// returns the new token from then on.
///
/// @param client      A client; not NULL.
/// @param timeout_ms  How long the call may take in milliseconds, retries included. -1 is the
///                    option `timeout`. With 0 the call always ends with MOMO_WOULD_BLOCK. More
///                    than a day counts as a day. No other negative number is valid.
/// @param[out] token  Where to store the token; not NULL. Free it with momo_free_token().
/// @param[out] error  Where to store the error, or NULL. Free it with momo_free_error().
/// @return MOMO_OK, or any status from MOMO_INVALID_ARGUMENT to MOMO_INVALID_RESPONSE.
///
/// Any number of threads may make this call on one client at the same time. The call blocks for at
/// most `timeout_ms`.
///
/// @since 0.1.0
/// @ingroup momo_token
#[unsafe(no_mangle)]
pub extern "C" fn momo_create_token(
    client: Option<&momo_client>,
    timeout_ms: i64,
    token: Option<&mut MaybeUninit<Option<NonNull<momo_token>>>>,
    error: Option<&mut MaybeUninit<Option<NonNull<momo_error>>>>,
) -> momo_status {
    call_for(token, "token", error, || {
        let (client, timeout) = (live(client, "client")?, call_timeout(timeout_ms)?);
        Ok(momo_token::hand_out(&client.0.create_token(timeout)?))
    })
}

/// Gets a valid token. Call it before each payment.
///
/// If a valid token is at hand, the call returns a copy at once. It waits for no network, no name
/// server and no other thread. If that token is stale (see the option `refresh_margin`), the
/// library refreshes it on a thread of its own: one attempt of at most 5 s. If the refresh fails,
/// the token stays in use and `refresh_status` says why.
///
/// If no valid token is at hand, the library makes one request, and all calls that need a token
/// wait for its outcome, each for its own time at most. After a failure the library makes no
/// request for a cooldown, and the calls return the same failure at once. The cooldown is 125 ms to
/// 5 s, or what the gateway asked for, at most 60 s. `retry_after_ms` says how much of it is left.
///
/// If the option `refresh` is `caller`, or if no thread can be started, the call that finds a
/// request due makes it on its own thread and within its own time.
///
/// If the option `cache` is `none`, the call does what momo_create_token() does. If it names a
/// directory or a Redis server, the library first looks there for a token or a failure of another
/// process. If another process is making a request, the library waits for it, but keeps half of
/// its time, or 5 s if that is less, for a request of its own. A failure of the cache is logged.
/// It ends no call.
///
/// With `timeout_ms` 0 the call never blocks. It returns the token at hand, or in a cooldown its
/// failure. Otherwise it returns MOMO_WOULD_BLOCK, and the library makes the request in the
/// background. An event loop needs no worker and no timer for this: it makes the call again. The
/// message of MOMO_WOULD_BLOCK is that of a time-out: it says what the request is doing.
/// `retry_after_ms` says when to look again. It is -1 if a call with `timeout_ms` 0 cannot succeed:
/// if `refresh` is `caller`, `cache` is `none`, no thread can be started, or the gateway issues
/// tokens without a lifetime.
///
/// The thread in the background blocks every signal and calls no function of your program. It goes
/// on after momo_free_client(), and momo_cancel_client() may end it. The process may exit or fork
/// while it runs. The next call that has a logger and uses the same token logs its last 32 lines.
///
/// @param client      A client; not NULL.
/// @param timeout_ms  Milliseconds that the call may take. -1 is the option `timeout`. 0 never
///                    blocks. More than a day counts as a day. No other negative number is valid.
/// @param[out] token  Where to store the token; not NULL. Free it with momo_free_token().
/// @param[out] error  Where to store the error, or NULL. Free it with momo_free_error().
/// @return MOMO_OK, or any status from MOMO_INVALID_ARGUMENT to MOMO_INVALID_RESPONSE.
///
/// Any number of threads may make this call on one client at the same time. A forked child goes on
/// with its parent's token. If a valid token is at hand the call does not block, except for a
/// refresh on its own thread, which takes at most 5 s. Otherwise it blocks for at most
/// `timeout_ms`.
///
/// @since 0.1.0
/// @ingroup momo_token
#[unsafe(no_mangle)]
pub extern "C" fn momo_get_token(
    client: Option<&momo_client>,
    timeout_ms: i64,
    token: Option<&mut MaybeUninit<Option<NonNull<momo_token>>>>,
    error: Option<&mut MaybeUninit<Option<NonNull<momo_error>>>>,
) -> momo_status {
    call_for(token, "token", error, || {
        let (client, timeout) = (live(client, "client")?, call_timeout(timeout_ms)?);
        // Every payment comes through here, and to move the value costs as much as to make it.
        if let Some(fresh) = client.0.fresh_token() {
            return Ok(momo_token::hand_out(&fresh));
        }
        Ok(momo_token::hand_out(&client.0.get_token(timeout)?))
    })
}

/// Invalidates a token that the gateway refused, for example with a 401 to a payment.
///
/// The library remembers the last 8 invalidated tokens and never returns one again. If the gateway
/// issues the same text once more, that call ends with MOMO_UNAUTHORIZED.
///
/// If another token is the current one by now, that one stays in use, so a hundred threads that saw
/// the same refusal cause one request. An invalidation causes at most one new token per 5 s. If
/// that one is invalidated too, momo_get_token() returns MOMO_UNAUTHORIZED until the 5 s are over.
///
/// @param client        A client; not NULL.
/// @param access_token  The `access_token` of the refused token; not NULL. The call reads the
///                      string and does not keep it.
/// @param[out] error    Where to store the error, or NULL. Free it with momo_free_error().
/// @return MOMO_OK or MOMO_INVALID_ARGUMENT.
///
/// Any thread may make this call at any time. It does not block, unless the option `cache` names a
/// directory or a Redis server. Then the call also removes that token there, which takes a file
/// operation or at most 500 ms.
///
/// @since 0.1.0
/// @ingroup momo_token
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_invalidate_token(
    client: Option<&momo_client>,
    access_token: *const c_char,
    error: Option<&mut MaybeUninit<Option<NonNull<momo_error>>>>,
) -> momo_status {
    call(error, || {
        let client = &live(client, "client")?.0;
        // SAFETY: NULL or a string, by the contract of this interface.
        let access = unsafe { text(access_token, "access_token") }?;
        sys::with_thread_cancellation_disabled(|| client.invalidate_token(access));
        Ok(())
    })
}

/// Forgets and wipes every token that the process keeps, of every client.
///
/// Tokens that you got stay as they are. So do the tokens in a directory or a Redis server.
///
/// Any thread may call this function at any time. After a fork, the other process keeps its tokens.
/// The call does not block.
///
/// @since 0.1.0
/// @ingroup momo_token
#[unsafe(no_mangle)]
pub extern "C" fn momo_clear_cache() {
    catch_panic(cache::clear);
}

/// Wipes and frees a token and its strings.
///
/// @param token  A token from this library, or NULL: then the call does nothing.
///
/// Any thread may free it, once. After a fork, each process frees its own. Freeing never blocks.
///
/// @since 0.1.0
/// @ingroup momo_token
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_free_token(token: Option<NonNull<momo_token>>) {
    // SAFETY: handed out above, by the contract of this interface.
    unsafe { block::free(token) };
}

#[cfg(test)]
mod tests;
