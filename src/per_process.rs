//! State that a forked child must not inherit.
//!
//! Between `fork` and its next line a child owns a copy of every lock, connection and queue of
//! its parent, in whatever state the parent's other threads had left them. A [`PerProcess`] holds
//! such state together with the process it belongs to. Another process finds it empty and
//! makes its own value; what the parent left is leaked, never dropped: dropping would touch
//! half-written structures and could send something on the parent's connections.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use crate::sys;

pub(crate) struct PerProcess<T> {
    owned: ArcSwapOption<Owned<T>>,
}

struct Owned<T> {
    generation: u64,
    value: T,
}

/// A reference to the value of a [`PerProcess`], which stays alive as long as the reference.
pub(crate) struct PerProcessRef<T>(Arc<Owned<T>>);

impl<T> std::ops::Deref for PerProcessRef<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self {
            owned: ArcSwapOption::const_empty(),
        }
    }

    /// This process's value, made by `make` where there is none yet.
    pub(crate) fn get_or_try<E>(
        &self,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<PerProcessRef<T>, E> {
        let generation = sys::generation();
        let current = self.owned.load_full();
        if let Some(owned) = &current {
            if owned.generation == generation {
                return Ok(PerProcessRef(Arc::clone(owned)));
            }
        }
        let fresh = Arc::new(Owned {
            generation,
            value: make()?,
        });
        let found = self
            .owned
            .compare_and_swap(&current, Some(Arc::clone(&fresh)));
        let won = match (&*found, &current) {
            (Some(found), Some(current)) => Arc::ptr_eq(found, current),
            (None, None) => true,
            _ => false,
        };
        if won {
            // Two references would be released here, the cell's and ours: both are the parent's.
            std::mem::forget(current);
            std::mem::forget(arc_swap::Guard::into_inner(found));
            return Ok(PerProcessRef(fresh));
        }
        match arc_swap::Guard::into_inner(found) {
            Some(owned) => Ok(PerProcessRef(owned)),
            None => Ok(PerProcessRef(fresh)),
        }
    }

    pub(crate) fn get_or(&self, make: impl FnOnce() -> T) -> PerProcessRef<T> {
        match self.get_or_try(|| Ok::<T, std::convert::Infallible>(make())) {
            Ok(value) => value,
        }
    }

    /// This process's value, where it has made one.
    pub(crate) fn get(&self) -> Option<PerProcessRef<T>> {
        let owned = self.owned.load_full()?;
        if owned.generation == sys::generation() {
            Some(PerProcessRef(owned))
        } else {
            std::mem::forget(owned);
            None
        }
    }
}

impl<T> Drop for PerProcess<T> {
    fn drop(&mut self) {
        let owned = self.owned.swap(None);
        if owned
            .as_ref()
            .is_some_and(|o| o.generation != sys::generation())
        {
            std::mem::forget(owned);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "per_process_tests.rs"]
mod tests;
