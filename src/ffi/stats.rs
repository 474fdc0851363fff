use super::client::momo_client;
use super::error::momo_error;
use super::guard::call;
use crate::error::Failure;
use crate::error::momo_status;
use crate::panics::catch_panic;
use crate::stats::FailureGroup;

/// Origins of a token, as `token_origin` of #momo_stats has them.
///
/// @since 0.1.0
/// @ingroup momo_stats
#[repr(C)]
#[allow(dead_code, non_camel_case_types)]
pub enum momo_token_origin {
    /// There is no token.
    MOMO_TOKEN_FROM_NOWHERE = 0,
    /// The gateway issued it to this process.
    MOMO_TOKEN_FROM_GATEWAY = 1,
    /// A directory (see the option `cache`).
    MOMO_TOKEN_FROM_DIRECTORY = 2,
    /// A Redis server.
    MOMO_TOKEN_FROM_REDIS = 3,
}

/// Counters of a client's requests and token.
///
/// You own it. Free it with momo_free_stats(). New versions may add fields at the end, so do not
/// copy the struct by value.
///
/// Equal clients that use one token have the same counters. The counters begin at 0 with the first
/// of these clients. They go on in a forked child, and after credentials in files have changed.
/// `requests` is the sum of `tokens_issued`, the failures and the cancelled requests.
///
/// @since 0.1.0
/// @ingroup momo_stats
#[allow(non_camel_case_types)]
#[repr(C)]
pub struct momo_stats {
    /// HTTP requests to the gateway that have ended. Each retry counts.
    pub requests: i64,
    /// Requests that returned a token.
    pub tokens_issued: i64,
    /// Requests that failed with MOMO_RESOLVE_FAILED to MOMO_CONNECTION_LOST.
    pub network_failures: i64,
    /// Requests that failed with MOMO_UNAUTHORIZED to MOMO_FORBIDDEN.
    pub credential_failures: i64,
    /// Requests that failed with MOMO_RATE_LIMITED.
    pub rate_limit_failures: i64,
    /// Requests that failed with MOMO_SERVER_ERROR.
    pub server_failures: i64,
    /// Requests that failed with MOMO_UNEXPECTED_STATUS or MOMO_INVALID_RESPONSE.
    pub response_failures: i64,
    /// Requests that repeated one that failed.
    pub retries: i64,
    /// Refreshes of a stale token.
    pub refreshes: i64,
    /// Refreshes that failed. The token at hand stayed in use.
    pub failed_refreshes: i64,
    /// Calls that had to wait for a request, also if they gave up. Calls with `timeout_ms` 0 that
    /// look again count as one per request.
    pub waits: i64,
    /// Longest of these waits, in milliseconds.
    pub longest_wait_ms: i64,
    /// Tokens that momo_invalidate_token() invalidated.
    pub invalidations: i64,
    /// Duration of the last request in milliseconds; -1 before the first.
    pub last_request_ms: i64,
    /// Status of the last failed request, a momo_status; MOMO_OK (0) if none failed.
    pub last_failure_status: i64,
    /// Unix time in seconds of the last failure; 0 if none failed.
    pub last_failure_at: i64,
    /// Seconds left of the current token; 0 if there is none.
    pub token_expires_in: i64,
    /// Milliseconds left of the cooldown after a failure; 0 if there is none.
    pub cooldown_ms: i64,
    /// Tokens of other processes that were taken from a directory or a Redis server (see the option
    /// `cache`).
    pub tokens_adopted: i64,
    /// Origin of the current token: a #momo_token_origin.
    pub token_origin: i64,
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Gets the counters of a client, for a monitoring system that polls them.
///
/// @param client      A client; not NULL.
/// @param[out] stats  Where to store the counters; not NULL. Free them with momo_free_stats().
/// @param[out] error  Where to store the error, or NULL. Free it with momo_free_error().
/// @return MOMO_OK or MOMO_INVALID_ARGUMENT.
///
/// Any number of threads may make this call on one client at the same time. It reads the counters
/// one after the other while requests go on. It does not block and makes no request.
///
/// @since 0.1.0
/// @ingroup momo_stats
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_get_stats(
    client: *const momo_client,
    stats: *mut *mut momo_stats,
    error: *mut *mut momo_error,
) -> momo_status {
    //! # Safety
    //! `client` is NULL or live, `stats` and `error` are NULL or valid for writing.
    // SAFETY: `stats` is NULL or valid, `error` is as `call` wants it, `client` is as `of` wants
    // it, all by this function's own contract.
    unsafe {
        if !stats.is_null() {
            *stats = std::ptr::null_mut();
        }
        call(error, || {
            let client = momo_client::of(client)?;
            if stats.is_null() {
                return Err(Failure::argument(
                    "stats is NULL; give a place for the counters",
                ));
            }
            let (counted, current) = client.stats();
            let failures = |group| number(counted.failures[group as usize]);
            *stats = Box::into_raw(Box::new(momo_stats {
                requests: number(counted.requests),
                tokens_issued: number(counted.tokens_issued),
                network_failures: failures(FailureGroup::Network),
                credential_failures: failures(FailureGroup::Credentials),
                rate_limit_failures: failures(FailureGroup::RateLimit),
                server_failures: failures(FailureGroup::Server),
                response_failures: failures(FailureGroup::Response),
                retries: number(counted.retries),
                refreshes: number(counted.refreshes),
                failed_refreshes: number(counted.failed_refreshes),
                waits: number(counted.waits),
                longest_wait_ms: number(counted.longest_wait_ms),
                invalidations: number(counted.invalidations),
                last_request_ms: counted.last_request_ms.map_or(-1, number),
                last_failure_status: counted.last_failure_status,
                last_failure_at: number(counted.last_failure_at),
                token_expires_in: number(current.token_left.as_secs()),
                cooldown_ms: current.cooldown_ms,
                tokens_adopted: number(counted.tokens_adopted),
                token_origin: current.token_origin.map_or(0, |origin| origin as i64),
            }));
            Ok(())
        })
    }
}

/// Frees counters.
///
/// @param stats  Counters from this library, or NULL: then the call does nothing.
///
/// Any thread may free the counters, once. After a fork, each process frees its own copy. The call
/// does not block.
///
/// @since 0.1.0
/// @ingroup momo_stats
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_free_stats(stats: *mut momo_stats) {
    //! # Safety
    //! `stats` is NULL or was handed out by this library and not freed since.
    if !stats.is_null() {
        // SAFETY: handed out by momo_get_stats from a box, by this function's own contract.
        let stats = unsafe { Box::from_raw(stats) };
        catch_panic(|| drop(stats));
    }
}
