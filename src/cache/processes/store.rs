//! Store: a place that several processes keep sealed values in.

use std::sync::Arc;
use std::time::Duration;

use crate::net::Limits;
use crate::sys::{self, SteadyClock};

/// How long a lock is good for. Whoever holds it longer has died, or its request hangs or is repeated,
/// and another process may ask: two requests do no harm, and other processes wait meanwhile.
pub(super) const LOCK_LIFE: Duration = Duration::from_secs(5);

/// More than a sealed token, or a sealed failure, ever has.
pub(super) const MAX_VALUE_BYTES: usize = 32 * 1024;

/// Rounded down: nothing may be used beyond its end.
pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

pub(crate) struct Value {
    pub(crate) sealed: Vec<u8>,
    /// What is left of its time by the store's own clock, if the store has one.
    pub(crate) left: Option<Duration>,
}

/// Of a token at the moment that it is written.
pub(crate) struct Age {
    pub(crate) since_issue: Duration,
    pub(crate) left: Duration,
}

/// Both values of a name at one moment.
#[derive(Default)]
pub(crate) struct Values {
    pub(crate) token: Option<Value>,
    pub(crate) failure: Option<Value>,
}

pub(crate) enum StoreError {
    Failed(String),
    /// Others could read or write there.
    Unsafe(String),
    /// It failed a moment ago, which was told then, or the caller's time is up.
    LeftAlone,
    /// The call was cancelled meanwhile.
    Cancelled,
}

pub(crate) type Result<T> = std::result::Result<T, StoreError>;
pub(crate) type Done = Result<()>;

/// Held until it is dropped, or for [`LOCK_LIFE`].
pub(crate) type Lock = Box<dyn Send>;

/// No operation goes on beyond its limits, nor for long within them.
pub(crate) trait Store: Send + Sync {
    /// The clock beside the wall clock that those have in common who share the store on one machine.
    fn clock(&self) -> Option<SteadyClock> {
        sys::steady_clock(None)
    }

    fn read(&self, name: &str, limits: &Limits) -> Result<Values>;

    /// Takes the place of the token, unless the store can tell by its clock that this one is older.
    /// Removes the failure.
    fn write_token(&self, name: &str, sealed: &[u8], age: Age, limits: &Limits) -> Done;

    fn write_failure(&self, name: &str, sealed: &[u8], left: Duration, limits: &Limits) -> Done;

    /// Removes the token if it is these very bytes.
    fn remove_token(&self, name: &str, sealed: &[u8], limits: &Limits) -> Done;

    /// Has the next operation tried though one failed a moment ago.
    fn insist(&self) {}

    /// Never waits for another process: None if one has the lock.
    fn lock(self: Arc<Self>, name: &str, limits: &Limits) -> Result<Option<Lock>>;
}
