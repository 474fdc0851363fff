//! Who shares a token with whom.
//!
//! An [`Entry`] is what equal clients share: the current token, the pause after a failure, the
//! choice of subscription key (its [`State`], one immutable value that is replaced as a whole and
//! read without a lock) and the [`Flights`] by which one caller asks for all.

mod entry;
mod flight;
mod memory;
mod state;

pub(crate) use entry::Entry;
pub(crate) use flight::{Landing, Ticket, Turn};
pub(crate) use memory::{clear, entry_for, trim};
pub(crate) use state::Adopted;
