//! Faults of the network: which status each ends with, when, and what the gateway has seen of the
//! request. docs/faults.md has them all.

mod connection;
mod relay;
mod silent_drop;
