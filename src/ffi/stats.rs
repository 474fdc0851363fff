use super::client::{NO_CLIENT, momo_client};
use super::error::momo_error;
use super::guard::{boxed, call_for, free, live};
use crate::error::momo_status;
use crate::stats::momo_stats;

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
    // SAFETY: each is NULL or valid, by the contract of this interface.
    unsafe {
        call_for(stats, "stats", error, || {
            Ok(boxed(live(client, NO_CLIENT)?.0.stats()))
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
    // SAFETY: handed out by momo_get_stats, by the contract of this interface.
    unsafe { free(stats) };
}
