//! Generation: a number for each process among all that descend from one another by fork.

use std::sync::atomic::{AtomicU64, Ordering};

use once_cell::race::OnceBox;

use super::random;

/// This process's number, 0 where it has none yet. A child has to find 0 here, however it was made:
/// the page is wiped by the kernel in every child with memory of its own, also after raw `clone`
/// and `_Fork`, which run no fork hooks, and in two children that are both process 1 of their own
/// PID namespaces.
struct Number {
    number: &'static AtomicU64,
    wiped_by_kernel: bool,
}

/// A number that no other process of this family has. Costs no system call where the kernel wipes
/// the page (Linux 4.14 and later), otherwise one to ask for the process ID.
pub(crate) fn generation() -> u64 {
    static NUMBER: OnceBox<Number> = OnceBox::new();
    let number = NUMBER.get_or_init(|| Box::new(Number::new()));
    let mut current = number.number.load(Ordering::Relaxed);
    if current == 0 {
        current = draw();
        // Of several threads of a child one wins, and all take its number.
        if let Err(winner) =
            number
                .number
                .compare_exchange(0, current, Ordering::Relaxed, Ordering::Relaxed)
        {
            current = winner;
        }
    }
    if number.wiped_by_kernel {
        current
    } else {
        current.rotate_left(32) ^ u64::from(std::process::id())
    }
}

/// Called by the fork hook in the child, for kernels that do not wipe.
#[cfg(unix)]
pub(super) fn renew() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// How many forks lie between the process that loaded this library and this one, as far as fork
/// hooks ran. Where there is no randomness it tells the generations apart.
static FORKS: AtomicU64 = AtomicU64::new(0);

fn draw() -> u64 {
    let mut bytes = [0; 8];
    let random = match random::fill(&mut bytes) {
        Ok(()) => u64::from_ne_bytes(bytes),
        Err(_) => (FORKS.load(Ordering::Relaxed) << 32) | u64::from(std::process::id()),
    };
    random.max(1)
}

impl Number {
    fn new() -> Self {
        if let Some(number) = wiped_page() {
            return Self {
                number,
                wiped_by_kernel: true,
            };
        }
        static FALLBACK: AtomicU64 = AtomicU64::new(0);
        Self {
            number: &FALLBACK,
            wiped_by_kernel: false,
        }
    }
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
#[path = "generation_tests.rs"]
mod tests;
