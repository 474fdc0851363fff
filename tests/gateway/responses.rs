//! Hostile responses: bytes that no gateway sends. Each ends on time, with the status that its row
//! names, and brings a token only if the response is a whole and valid one.

mod framing;
mod handshake;
mod head;
mod proxy;
pub(crate) mod rows;
mod torn;
mod unasked;
