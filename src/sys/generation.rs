//! Generation: a number for each process among all that descend from one another by fork.

use std::sync::atomic::{AtomicU64, Ordering};

use once_cell::race::OnceBox;

use super::random;

/// A number that no other process of this family has. Costs no system call if the kernel wipes
/// the page (Linux 4.14 and later), otherwise one to ask for the process ID.
pub(crate) fn generation() -> u64 {
    let (number, is_wiped) = number();
    let mut current = number.load(Ordering::Relaxed);
    if current == 0 {
        current = draw();
        // Of several threads of a child one wins, and all take its number.
        let (relaxed, drawn) = (Ordering::Relaxed, current);
        if let Err(winner) = number.compare_exchange(0, drawn, relaxed, relaxed) {
            current = winner;
        }
    }
    if is_wiped {
        current
    } else {
        current.rotate_left(32) ^ u64::from(std::process::id())
    }
}

/// This process's number, 0 if it has none yet, and whether the kernel wipes it: in every child
/// with memory of its own, also after raw `clone` and `_Fork`, which run no fork hooks, and in two
/// that are both process 1 of their own PID namespaces.
fn number() -> (&'static AtomicU64, bool) {
    static UNWIPED: AtomicU64 = AtomicU64::new(0);
    static WIPED: OnceBox<Option<&AtomicU64>> = OnceBox::new();
    match WIPED.get_or_init(|| Box::new(wiped_page())) {
        Some(number) => (number, true),
        None => (&UNWIPED, false),
    }
}

/// Called by the fork hook in the child, for kernels that do not wipe. Async-signal-safe.
#[cfg(unix)]
pub(super) fn renew() {
    number().0.store(0, Ordering::Relaxed);
}

fn draw() -> u64 {
    let drawn = random::bytes().map(u64::from_ne_bytes);
    drawn.unwrap_or(std::process::id().into()).max(1)
}

/// A page of zeros that every child finds as zeros again; never unmapped.
#[cfg(target_os = "linux")]
fn wiped_page() -> Option<&'static AtomicU64> {
    use std::ptr::null_mut;
    const SIZE: usize = size_of::<AtomicU64>();
    // SAFETY: a new private mapping at a place of the kernel's choice. It is page-aligned, zeroed
    // and never unmapped, and only ever used as this one atomic.
    unsafe {
        let page = libc::mmap(
            null_mut(),
            SIZE,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        if page == libc::MAP_FAILED {
            return None;
        }
        // Emulators that do not know the advice take any advice for done: this one does not exist.
        let honest = libc::madvise(page, SIZE, -1) != 0;
        if honest && libc::madvise(page, SIZE, libc::MADV_WIPEONFORK) == 0 {
            return Some(&*page.cast::<AtomicU64>());
        }
        libc::munmap(page, SIZE);
        None
    }
}

#[cfg(not(target_os = "linux"))]
fn wiped_page() -> Option<&'static AtomicU64> {
    None
}

#[cfg(test)]
mod tests;
