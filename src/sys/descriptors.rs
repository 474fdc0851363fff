//! Descriptors that a forked child does not keep: it would hold a lock on a file while it lives.

use std::mem::ManuallyDrop;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};

use rustix::io::{Errno, fcntl_dupfd_cloexec};

/// The first descriptor behind standard input, output and error. If the host has closed one of
/// them, no file or connection must take its place: what the host writes there would go into it.
pub(crate) const LOWEST_DESCRIPTOR: RawFd = 3;

const NONE: RawFd = -1;
/// Of more than this many at once a child keeps the rest; a lock has an end of its own.
const MAX_DESCRIPTORS: usize = 64;

static OPEN: [AtomicI32; MAX_DESCRIPTORS] = [const { AtomicI32::new(NONE) }; MAX_DESCRIPTORS];

fn replace_first(from: RawFd, to: RawFd) {
    let replaced = |slot: &AtomicI32| slot.compare_exchange(from, to, SeqCst, SeqCst).is_ok();
    let _ = OPEN.iter().any(replaced);
}

/// The descriptor, or another of the same file, that is no lower than `lowest`.
pub(crate) fn no_lower_than(lowest: RawFd, descriptor: OwnedFd) -> Result<OwnedFd, Errno> {
    if descriptor.as_raw_fd() >= lowest {
        return Ok(descriptor);
    }
    fcntl_dupfd_cloexec(&descriptor, lowest)
}

/// Closed in every child that a fork hook tells of.
pub(crate) struct UninheritedFd {
    descriptor: ManuallyDrop<OwnedFd>,
    generation: u64,
}

impl UninheritedFd {
    pub(crate) fn new(descriptor: OwnedFd) -> Self {
        replace_first(NONE, descriptor.as_raw_fd());
        Self {
            descriptor: ManuallyDrop::new(descriptor),
            generation: super::generation(),
        }
    }

    pub(crate) fn is_ours(&self) -> bool {
        self.generation == super::generation()
    }
}

impl AsFd for UninheritedFd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

impl Drop for UninheritedFd {
    fn drop(&mut self) {
        // In a child it is closed already, and its number may be another file's by now.
        if self.is_ours() {
            replace_first(self.descriptor.as_raw_fd(), NONE);
            // SAFETY: it is not used after this.
            unsafe { ManuallyDrop::drop(&mut self.descriptor) };
        }
    }
}

/// Called by the fork hook in the child: async-signal-safe.
pub(super) fn close_inherited() {
    for slot in &OPEN {
        let number = slot.swap(NONE, SeqCst);
        if number != NONE {
            // SAFETY: this process's copy of the descriptor is open and is used by nobody: whoever
            // opened it is a thread of the parent.
            unsafe { libc::close(number) };
        }
    }
}
