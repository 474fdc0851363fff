//! The two clocks a token's life is measured on.

use std::time::Duration;

/// Time since boot, suspend included: a laptop's sleep must not prolong a token.
#[cfg(target_os = "linux")]
pub(crate) fn boot() -> Duration {
    read(libc::CLOCK_BOOTTIME)
}

/// The same on Apple's systems, where `Instant` stands still in a sleep (clock_gettime(3)).
#[cfg(target_vendor = "apple")]
pub(crate) fn boot() -> Duration {
    read(libc::CLOCK_MONOTONIC)
}

/// Time since the Unix epoch, to a few milliseconds: the coarse clock costs a quarter of the
/// precise one and an expiry is counted in seconds.
#[cfg(target_os = "linux")]
pub(crate) fn wall() -> Duration {
    read(libc::CLOCK_REALTIME_COARSE)
}

#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn read(clock: libc::clockid_t) -> Duration {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `now` is a valid timespec for the call to fill; the clocks exist on every system
    // of this kind that Rust supports, and a failed call would leave the zero above.
    unsafe { libc::clock_gettime(clock, &raw mut now) };
    Duration::new(now.tv_sec.max(0) as u64, now.tv_nsec as u32)
}

/// Elsewhere: what `Instant` reads on Windows (QueryPerformanceCounter) counts a sleep, too.
#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
pub(crate) fn boot() -> Duration {
    use once_cell::race::OnceBox;
    use std::time::Instant;
    static START: OnceBox<Instant> = OnceBox::new();
    START
        .get_or_init(|| Box::new(Instant::now()))
        .elapsed()
        // Zero is never a real reading, so that "before the first" can be told apart.
        .saturating_add(Duration::from_secs(1))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn wall() -> Duration {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default()
}
