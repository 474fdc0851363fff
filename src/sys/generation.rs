//! Generation: a number for each process among all that descend from one another by fork.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use once_cell::race::OnceRef;

use super::random;

/// A number that no other process of this family has. Costs no system call if the kernel wipes
/// the page (Linux 4.14 and later), otherwise one to ask for the process ID.
pub(crate) fn generation() -> u64 {
    let (number, is_wiped) = number();
    let current = match number.load(Relaxed) {
        0 => draw(number),
        current => current,
    };
    if is_wiped {
        current
    } else {
        current.rotate_left(32) ^ u64::from(std::process::id())
    }
}

/// Of several threads of a child one wins, and all take its number.
#[cold]
fn draw(number: &AtomicU64) -> u64 {
    let drawn = random::bytes().map_or(std::process::id().into(), u64::from_ne_bytes);
    let drawn = drawn.max(1);
    let winner = number.compare_exchange(0, drawn, Relaxed, Relaxed).err();
    winner.unwrap_or(drawn)
}

/// This process's number, 0 if it has none yet, and whether the kernel wipes it: in every child
/// with memory of its own, also after raw `clone` and `_Fork`, which run no fork hooks, and in two
/// that are both process 1 of their own PID namespaces.
fn number() -> (&'static AtomicU64, bool) {
    static UNWIPED: AtomicU64 = AtomicU64::new(0);
    static NUMBER: OnceRef<'static, AtomicU64> = OnceRef::new();
    let number = NUMBER.get_or_init(|| wiped_page().unwrap_or(&UNWIPED));
    (number, !std::ptr::eq(number, &UNWIPED))
}

/// Called by the fork hook in the child, for kernels that do not wipe. Async-signal-safe.
#[cfg(unix)]
pub(super) fn renew() {
    number().0.store(0, Relaxed);
}

/// A page of zeros that every child finds as zeros again; never unmapped.
fn wiped_page() -> Option<&'static AtomicU64> {
    #[cfg(target_os = "linux")]
    // SAFETY: a new private mapping at a place of the kernel's choice. It is page-aligned, zeroed
    // and never unmapped, and only ever used as this one atomic.
    unsafe {
        use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous};
        const SIZE: usize = size_of::<AtomicU64>();
        let access = ProtFlags::READ | ProtFlags::WRITE;
        let page = mmap_anonymous(std::ptr::null_mut(), SIZE, access, MapFlags::PRIVATE).ok()?;
        // Emulators that do not know the advice take any advice for done: this one does not exist.
        let honest = libc::madvise(page, SIZE, -1) != 0;
        let is_wiped = honest && libc::madvise(page, SIZE, libc::MADV_WIPEONFORK) == 0;
        is_wiped.then(|| &*page.cast())
    }
    #[cfg(not(target_os = "linux"))]
    None
}

#[cfg(test)]
mod tests;
