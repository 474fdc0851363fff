//! Host: this machine, its clock and its network, told from others.

use std::time::Duration;

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
        super::boot()
    } else {
        super::wall()
    }
}

/// None if it cannot be told which clock this is. `boot` is the same for all who have it since
/// the machine was started, and nobody else's; else the kernel says it.
pub(crate) fn steady_clock(boot: Option<String>) -> Option<SteadyClock> {
    let now = steady_now();
    if !cfg!(target_os = "linux") {
        let name = "wall".to_owned();
        return Some(SteadyClock { name, now });
    }
    // A time namespace shifts the clock for the containers in it (time_namespaces(7), Linux 5.6). Who
    // has no /proc is taken to be in the first one, whose number is fixed (PROC_TIME_INIT_INO).
    let namespace = namespace("time").unwrap_or_else(|| "time:[4026531834]".to_owned());
    let name = format!("{} {namespace}", boot.or_else(boot_id)?);
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
    let id = text.trim();
    (!id.is_empty()).then(|| id.to_owned())
}

fn namespace(kind: &str) -> Option<String> {
    let link = std::fs::read_link(format!("/proc/self/ns/{kind}")).ok()?;
    Some(link.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests;
