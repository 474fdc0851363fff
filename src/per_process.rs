//! State that a forked child must not inherit.
//!
//! A child owns a copy of every lock, connection and queue of its parent, in whatever state other
//! threads had left them. A [`PerProcess`] is empty in another process than its own. What the
//! parent left is leaked, never dropped: that would touch half-written structures, and could send
//! something on the parent's connections.

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwapOption;

use crate::sys;

#[derive(Default)]
pub(crate) struct PerProcess<T> {
    owned: ArcSwapOption<Owned<T>>,
}

/// A value with the process that made it.
pub(crate) struct Owned<T> {
    generation: u64,
    /// Taken out when this is dropped.
    value: Option<T>,
}

impl<T> Deref for Owned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect("a value that is not dropped")
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        if self.generation != sys::generation() {
            std::mem::forget(self.value.take());
        }
    }
}

fn ours<T>(owned: Option<Arc<Owned<T>>>) -> Option<Arc<Owned<T>>> {
    owned.filter(|owned| owned.generation == sys::generation())
}

impl<T> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self {
            owned: ArcSwapOption::const_empty(),
        }
    }

    pub(crate) fn get_or(&self, make: impl FnOnce() -> T) -> Arc<Owned<T>> {
        self.get().unwrap_or_else(|| {
            let (generation, value) = (sys::generation(), Some(make()));
            let made = Arc::new(Owned { generation, value });
            // Another thread of this process may be faster.
            let before = self
                .owned
                .rcu(|before| ours(before.clone()).or(Some(Arc::clone(&made))));
            ours(before).unwrap_or(made)
        })
    }

    /// This process's value, if it has made one.
    pub(crate) fn get(&self) -> Option<Arc<Owned<T>>> {
        ours(self.owned.load_full())
    }
}

#[cfg(test)]
mod tests;
