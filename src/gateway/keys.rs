//! The choice between the primary and the secondary subscription key.

use crate::log::{Journal, Level};

/// Subscription keys come in pairs: the other is tried once where one is refused.
pub(super) struct Keys {
    pub(super) current: usize,
    count: usize,
    tried_other: bool,
}

impl Keys {
    pub(super) fn starting_with(key: usize, count: usize) -> Self {
        Self {
            current: key.min(count.saturating_sub(1)),
            count,
            tried_other: false,
        }
    }

    /// Changes to the other key, where there is one that was not tried.
    pub(super) fn other(&mut self) -> bool {
        if self.count < 2 || self.tried_other {
            return false;
        }
        self.tried_other = true;
        self.current = 1 - self.current;
        true
    }

    pub(super) fn report(&self, journal: &mut Journal) {
        if self.current == 1 && self.tried_other {
            journal.note(Level::Warning, || {
                "the primary subscription key was refused and the secondary used; replace \
                 subscription_key"
                    .to_owned()
            });
        }
    }
}
