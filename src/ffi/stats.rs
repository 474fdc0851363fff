//! Statistics in the C interface.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use super::client::momo_client;
use super::error::momo_error;
use super::guard::{call_for, free, live};
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
pub extern "C" fn momo_get_stats(
    client: Option<&momo_client>,
    stats: Option<&mut MaybeUninit<Option<Box<momo_stats>>>>,
    error: Option<&mut MaybeUninit<Option<NonNull<momo_error>>>>,
) -> momo_status {
    call_for(stats, "stats", error, || {
        Ok(Box::new(live(client, "client")?.0.stats()))
    })
}

/// Frees counters.
///
/// @param stats  Counters from this library, or NULL: then the call does nothing.
///
/// Any thread may free them, once. After a fork, each process frees its own. Freeing never blocks.
///
/// @since 0.1.0
/// @ingroup momo_stats
#[unsafe(no_mangle)]
pub extern "C" fn momo_free_stats(stats: Option<Box<momo_stats>>) {
    free(stats);
}
