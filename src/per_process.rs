//! State that a forked child must not inherit.
//!
//! A child owns a copy of every lock, connection and queue of its parent, in whatever state other
//! threads had left them. A [`PerProcess`] is empty in another process than its own. What the
//! parent left is leaked, never dropped: that would touch half-written structures, and could send
//! something on the parent's connections.

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::{ArcSwapOption, Guard};

use crate::sys;

#[derive(Default)]
pub(crate) struct PerProcess<T> {
    owned: ArcSwapOption<Owned<T>>,
}

struct Owned<T> {
    generation: u64,
    /// Taken out when this is dropped.
    value: Option<T>,
}

/// A reference to the value of a [`PerProcess`], which stays alive as long as the reference.
pub(crate) struct PerProcessRef<T>(Arc<Owned<T>>);

impl<T> Deref for PerProcessRef<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.value.as_ref().expect("a value that is not dropped")
    }
}

impl<T> Owned<T> {
    fn is_ours(&self) -> bool {
        self.generation == sys::generation()
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        if !self.is_ours() {
            std::mem::forget(self.value.take());
        }
    }
}

impl<T> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self {
            owned: ArcSwapOption::const_empty(),
        }
    }

    pub(crate) fn get_or(&self, make: impl FnOnce() -> T) -> PerProcessRef<T> {
        let current = self.owned.load_full();
        if let Some(owned) = current.as_ref().filter(|owned| owned.is_ours()) {
            return PerProcessRef(Arc::clone(owned));
        }
        let ours = Some(Arc::new(Owned {
            generation: sys::generation(),
            value: Some(make()),
        }));
        let found = self.owned.compare_and_swap(&current, ours.clone());
        // Another thread of this process may have been faster.
        let faster = Guard::into_inner(found).filter(|owned| owned.is_ours());
        PerProcessRef(faster.or(ours).expect("a value just made"))
    }

    /// This process's value, if it has made one.
    pub(crate) fn get(&self) -> Option<PerProcessRef<T>> {
        let owned = self.owned.load_full();
        owned.filter(|owned| owned.is_ours()).map(PerProcessRef)
    }
}

#[cfg(test)]
mod tests;
