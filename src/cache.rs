//! Cache: the entries of the process, and what other processes know of them. An entry is what equal
//! clients have in common.

mod entry;
mod plan;
mod processes;
mod registry;
mod single_flight;
mod state;
#[cfg(test)]
mod test_processes;
mod turn;

pub(crate) use entry::Entry;
pub(crate) use plan::Plan;
#[cfg(feature = "fuzzing")]
pub(crate) use processes::fuzzing;
pub(crate) use processes::{Lock, Store, open};
pub(crate) use registry::{ClientEntry, clear};
pub(crate) use single_flight::{Flight, Leader, Step};
pub(crate) use state::{MAX_COOLDOWN, State};
