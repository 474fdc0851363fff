use super::config::momo_config;
use super::error::momo_error;
use super::guard::call;
use crate::client::Client;
use crate::error::Failure;
use crate::error::momo_status;
use crate::panics::catch_panic;
use crate::sys;

/// A client: opaque, immutable once made. Any number of threads may call on it at once; free it
/// after the last call has returned.
#[allow(non_camel_case_types)]
pub struct momo_client(Client);

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

/// Makes a client from a config. Touches no network.
///
/// Reads the files of credentials, the trust store and the environment: SSL_CERT_FILE and SSL_CERT_DIR for
/// ca=system, HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY in both cases of letters (HTTP_PROXY
/// has no effect). No other call on the client reads the environment, except that the C library's
/// resolver may read variables of its own when it looks a host name up. Later changes of the config
/// or of the environment do not reach the client.
///
/// Files of credentials (api_user_file and its like) are read again before a request where they
/// have changed, and once after the gateway refused what they held. Files that changed less than a
/// second ago are left alone, so that a new user and a former key are never sent together; until
/// then, and where what is in them is no good (a line in the log says why), the former credentials
/// are used. The token at hand stays in use until it ends.
///
/// The log tells at level 4 the value of each option and where it came from (of a credential its
/// length). It warns where api_user is no UUID and where api_key and the subscription key are the
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

/// Makes a second handle of a client, with which single calls can be cancelled: cancel the clone.
///
/// It shares everything with the client but its connections: options, credentials, token, request
/// in progress, counters, logger. Reads no file, no environment, no network, and costs little: a
/// clone for each call that may have to be cancelled is what it is meant for. momo_cancel_client()
/// of the clone ends the calls on the clone alone, that of the client those on its clones, too. A
/// request in the background belongs to the handle whose call began it: where momo_get_token() on
/// the client with `timeout_ms` 0 began it, cancelling a clone ends the wait and not the request.
///
/// Ownership: the clone is the caller's, freed with momo_free_client(), before or after the client.
/// NULL: gives NULL for NULL, and otherwise only for a bug of this library. Threads and forks: any;
/// as for a client. Blocks: never. Since 0.1.0.
///
/// # Safety
/// `client` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_clone_client(client: *const momo_client) -> *mut momo_client {
    // SAFETY: NULL or live, by this function's own contract.
    let Some(client) = (unsafe { client.as_ref() }) else {
        return std::ptr::null_mut();
    };
    match catch_panic(|| Client::clone_of(&client.0)) {
        Some(clone) => Box::into_raw(Box::new(momo_client(clone))),
        None => std::ptr::null_mut(),
    }
}

/// Ends every call in progress on this client and its clones, and every later one, with
/// MOMO_CANCELLED. Final. Ends the requests that these calls began in the background, too.
///
/// Calls in progress end within 100 ms, whatever they wait for. Other clients, and the client that
/// this one is a clone of, are not touched, also where they share the token.
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
/// `client` is NULL or was made by momo_create_client or momo_clone_client, is not freed, and no
/// call on it is running.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_free_client(client: *mut momo_client) {
    if !client.is_null() {
        // SAFETY: made from a box, by this function's own contract.
        let client = unsafe { Box::from_raw(client) };
        catch_panic(|| {
            // Closing a connection is a cancellation point.
            sys::with_thread_cancellation_disabled(|| drop(client));
        });
    }
}
