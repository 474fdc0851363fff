//! Host: this machine's clocks and network, told from those of others.

use std::time::Duration;

/// Time since boot, suspend included: a laptop's sleep must not prolong a token.
#[cfg(unix)]
pub(crate) fn boot() -> Duration {
    #[cfg(target_os = "linux")]
    use libc::CLOCK_BOOTTIME as CLOCK;
    // On Apple's systems `Instant` stands still in a sleep, and this goes on (clock_gettime(3)).
    #[cfg(not(target_os = "linux"))]
    use libc::CLOCK_MONOTONIC as CLOCK;
    read(CLOCK)
}

/// What `Instant` reads on Windows (QueryPerformanceCounter) counts a sleep, too.
#[cfg(not(unix))]
pub(crate) fn boot() -> Duration {
    use std::{sync::LazyLock, time::Instant};
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    // Zero is never a real reading, so that "before the first" can be told apart.
    START.elapsed() + Duration::from_secs(1)
}

/// Time since the Unix epoch, to a few milliseconds: the coarse clock costs a quarter of the
/// precise one and an expiry is counted in seconds.
#[cfg(target_os = "linux")]
pub(crate) fn wall() -> Duration {
    read(libc::CLOCK_REALTIME_COARSE)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn wall() -> Duration {
    std::time::UNIX_EPOCH.elapsed().unwrap_or_default()
}

#[cfg(unix)]
fn read(clock: libc::clockid_t) -> Duration {
    // SAFETY: a timespec may be of zeros, and is the call's to fill; the clocks exist on every system
    // of this kind that Rust supports, and a failed call would leave the zeros.
    let now = unsafe {
        let mut now: libc::timespec = std::mem::zeroed();
        libc::clock_gettime(clock, &raw mut now);
        now
    };
    Duration::new(now.tv_sec.max(0) as u64, now.tv_nsec as u32)
}

/// A clock that cannot be set, as far as the system has one.
pub(crate) struct SteadyClock {
    /// Two processes with clocks of one name have the same clock.
    pub(crate) name: String,
    pub(crate) now: Duration,
}

/// The time of the steady clock, for those who know which one it is. If no other clock is the
/// same in all processes, the wall clock has to do.
pub(crate) fn steady_now() -> Duration {
    if cfg!(target_os = "linux") {
        boot()
    } else {
        wall()
    }
}

/// None if it cannot be told which clock this is. `boot` is the same for all who have it since
/// the machine was started, and nobody else's; else the kernel says it.
pub(crate) fn steady_clock(boot: Option<String>) -> Option<SteadyClock> {
    let name = if cfg!(target_os = "linux") {
        // A time namespace shifts the clock for the containers in it (time_namespaces(7), Linux 5.6). Who
        // has no /proc is taken to be in the first one, whose number is fixed (PROC_TIME_INIT_INO).
        let namespace = namespace("time").unwrap_or_else(|| "time:[4026531834]".to_owned());
        format!("{} {namespace}", boot.or_else(boot_id)?)
    } else {
        "wall".to_owned()
    };
    let now = steady_now();
    Some(SteadyClock { name, now })
}

/// The same in processes that reach the same network in the same way. None if that is not known.
pub(crate) fn network() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    Some(format!("{} {}", boot_id()?, namespace("net")?))
}

/// Another one each time the machine is started (random(4)).
fn boot_id() -> Option<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(text.trim().to_owned()).filter(|id| !id.is_empty())
}

fn namespace(kind: &str) -> Option<String> {
    let link = std::fs::read_link(format!("/proc/self/ns/{kind}")).ok()?;
    Some(link.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests;
