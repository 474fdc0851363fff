//! Hostile answers: bytes that no gateway sends. Each ends on time, with the status that its row
//! names, and brings a token only where the answer is a whole and valid one.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

#[path = "answers/bodies.rs"]
mod bodies;
#[path = "answers/framing.rs"]
mod framing;
#[path = "answers/fuzz.rs"]
mod fuzz;
#[path = "answers/handshake.rs"]
mod handshake;
#[path = "answers/head.rs"]
mod head;
#[path = "answers/proxy.rs"]
mod proxy;
#[path = "answers/raw.rs"]
mod raw;
#[path = "answers/refusals.rs"]
mod refusals;
#[path = "answers/rows.rs"]
mod rows;
#[path = "answers/torn.rs"]
mod torn;
