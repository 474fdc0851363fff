//! Hostile responses: bytes that no gateway sends. Each ends on time, with the status that its row
//! names, and brings a token only where the response is a whole and valid one.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

#[path = "responses/bodies.rs"]
mod bodies;
#[path = "responses/error_responses.rs"]
mod error_responses;
#[path = "responses/framing.rs"]
mod framing;
#[path = "responses/fuzz.rs"]
mod fuzz;
#[path = "responses/handshake.rs"]
mod handshake;
#[path = "responses/head.rs"]
mod head;
#[path = "responses/proxy.rs"]
mod proxy;
#[path = "responses/raw.rs"]
mod raw;
#[path = "responses/rows.rs"]
mod rows;
#[path = "responses/torn.rs"]
mod torn;
