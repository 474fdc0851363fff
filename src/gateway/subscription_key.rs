//! The choice between the primary and the secondary subscription key within one call.

use crate::log::{CallLog, Level};

/// Subscription keys come in pairs: the other is tried once where one is refused.
pub(super) struct SubscriptionKeyChoice {
    /// 0 is the primary, 1 the secondary.
    pub(super) current: usize,
    count: usize,
    pub(super) tried_both: bool,
}

impl SubscriptionKeyChoice {
    pub(super) fn starting_with(key: usize, count: usize) -> Self {
        Self {
            current: key.min(count.saturating_sub(1)),
            count,
            tried_both: false,
        }
    }

    /// Changes to the other key, where there is one that was not tried.
    pub(super) fn switch(&mut self) -> bool {
        if self.count < 2 || self.tried_both {
            return false;
        }
        self.tried_both = true;
        self.current = 1 - self.current;
        true
    }

    pub(super) fn log_switch(&self, log: &mut CallLog) {
        if self.current == 1 && self.tried_both {
            log.record(Level::Warning, || {
                "the primary subscription key was refused and the secondary used; replace \
                 subscription_key"
                    .to_owned()
            });
        }
    }
}

#[cfg(test)]
#[path = "subscription_key_tests.rs"]
mod tests;
