//! Cache: the entries of the process, and what other processes know of them.
//!
//! An entry is what equal clients have in common: the current token, the cooldown after a failure, the
//! choice of subscription key (its state, one immutable value that is replaced as a whole and
//! read without a lock) and the single flight by which one caller asks for all. A part of it may
//! be shared with other processes, by files or by Redis.

mod entry;
mod processes;
mod registry;
mod single_flight;
mod state;
#[cfg(test)]
mod test_processes;
mod turn;

pub(crate) use entry::Entry;
#[cfg(fuzzing)]
pub(crate) use processes::fuzzing;
pub(crate) use processes::{Store, open};
pub(crate) use registry::{ClientEntry, clear};
pub(crate) use single_flight::{Flight, Leader, Step};
pub(crate) use state::State;
pub(crate) use turn::Wait;
