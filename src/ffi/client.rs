//! Clients in the C interface: made, cloned, cancelled, freed, and their options listed.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use super::config::momo_config;
use super::error::momo_error;
use super::guard::{call_for, free, live};
use crate::client::Client;
use crate::error::momo_status;
use crate::panics::catch_panic;
use crate::sys;

/// A client: an opaque type that never changes once it is made.
///
/// Any number of threads may call functions on one client at the same time.
///
/// @ingroup momo_client
pub struct momo_client(pub(super) Client);

/// Creates a client from a config. The call does not use the network.
///
/// It reads the files with credentials, the trust store and these environment variables:
/// - SSL_CERT_FILE and SSL_CERT_DIR if `ca` is `system`
/// - HTTPS_PROXY, ALL_PROXY and NO_PROXY, in upper or lower case, if `proxy` is `env`; HTTP_PROXY
///   has no effect
/// - XDG_RUNTIME_DIR, on Windows LOCALAPPDATA, if `cache` is `file:` without a directory
///
/// If the program runs with more rights than its caller (set-uid), the call reads none of them. No
/// later call on the client reads the environment, except that the C library may read variables of
/// its own when it looks up a host name. Later changes of the config or the environment do not
/// affect the client.
///
/// The library reads a changed file with credentials (`api_user_file` and its like) again before a
/// request, and once after the gateway refused the credentials. It waits until the files have been
/// unchanged for a second, so that it never sends a new user with an old key. Until then, or if the
/// new credentials are invalid, the old ones stay in use; a warning says why. The token at hand
/// stays in use until it expires.
///
/// At level 4 the client logs what momo_get_options() lists, and its warnings at level 2: for
/// example if `api_user` is not a UUID, or if `api_key` and the subscription key are the same.
///
/// @param config       A config; not NULL.
/// @param[out] client  Where to store the client; not NULL. Free it with momo_free_client().
/// @param[out] error   Where to store the error, or NULL. Free it with momo_free_error().
/// @return MOMO_OK, MOMO_INVALID_ARGUMENT, MOMO_INVALID_CONFIG if the options are not complete and
///         usable (a credential is missing, or the trust store is empty), or MOMO_CACHE_FAILED if
///         the directory of a file cache is unsafe.
///
/// No thread may change the config or the environment at the same time. A client made before a fork
/// works in both processes. The call blocks only to read files.
///
/// @since 0.1.0
/// @ingroup momo_client
#[unsafe(no_mangle)]
pub extern "C" fn momo_create_client(
    config: Option<&momo_config>,
    client: Option<&mut MaybeUninit<Option<Box<momo_client>>>>,
    error: Option<&mut MaybeUninit<Option<NonNull<momo_error>>>>,
) -> momo_status {
    call_for(client, "client", error, || {
        let config = &live(config, "config")?.0;
        let made = sys::with_thread_cancellation_disabled(|| Client::new(config))?;
        Ok(Box::new(momo_client(made)))
    })
}

/// Creates a clone of a client. Make one for each call that you may want to cancel.
///
/// A clone and its client have the same options, credentials, token, requests, connections, counters
/// and logger. A clone costs little: the call reads no file, no environment and no network.
///
/// momo_cancel_client() on the clone ends the calls on the clone alone. On the client it also ends
/// the calls on its clones.
///
/// @param client  A client, or NULL.
/// @return A clone that you own. Free it with momo_free_client(), before or after the client. NULL
///         if `client` is NULL; otherwise NULL is a bug in this library.
///
/// Any thread may make this call at any time. A clone made before a fork works in both processes.
/// The call does not block.
///
/// @since 0.1.0
/// @ingroup momo_client
#[unsafe(no_mangle)]
pub extern "C" fn momo_clone_client(client: Option<&momo_client>) -> Option<Box<momo_client>> {
    let client = &client?.0;
    catch_panic(|| Box::new(momo_client(Client::clone_of(client))))
}

/// Cancels a client for good: calls on it and on its clones end with MOMO_CANCELLED.
///
/// Calls in progress end within 100 ms, and later ones at once. Only momo_invalidate_token() goes
/// on. Calls on other clients go on, and so do calls on the client that this one is a clone of. A
/// request of momo_get_token() goes on for them, until every client of its token is cancelled.
///
/// @param client  A client, or NULL: then the call does nothing. You still have to free it.
///
/// Any thread may make this call at any time, but a signal handler must not. After a fork, calls in
/// the other process go on. The call does not block.
///
/// @since 0.1.0
/// @ingroup momo_client
#[unsafe(no_mangle)]
pub extern "C" fn momo_cancel_client(client: Option<&momo_client>) {
    catch_panic(|| client.map(|client| client.0.cancel()));
}

/// Frees a client. Tokens that you got from it stay valid.
///
/// The process keeps its token for equal clients until the token expires (see the option `cache`).
/// It keeps at most 256 tokens that no client uses. A request in the background goes on, then wipes
/// and frees what it needs.
///
/// @param client  A client from this library, or NULL: then the call does nothing.
///
/// Any thread may free the client, once, after its last call has returned. Freeing never blocks.
///
/// @since 0.1.0
/// @ingroup momo_client
#[unsafe(no_mangle)]
pub extern "C" fn momo_free_client(client: Option<Box<momo_client>>) {
    free(client);
}
