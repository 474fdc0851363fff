//! Who shares a token with whom.
//!
//! An [`Entry`] is what equal clients share: the current token, the cooldown after a failure, the
//! choice of subscription key (its [`State`], one immutable value that is replaced as a whole and
//! read without a lock) and the [`SingleFlight`] by which one caller asks for all.

mod entry;
mod memory;
mod single_flight;
mod state;

pub(crate) use entry::Entry;
pub(crate) use memory::{clear, entry_for, trim};
pub(crate) use single_flight::{Leader, Outcome, Role};
pub(crate) use state::StoreOutcome;
