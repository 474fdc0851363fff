//! No secret comes out: marked credentials and tokens are searched for in everything that the
//! library says, and in the memory of a process that has freed all it had.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

#[path = "secrets/echoes.rs"]
mod echoes;
#[path = "secrets/marks.rs"]
mod marks;
#[path = "secrets/memory.rs"]
#[cfg(target_os = "linux")]
mod memory;
#[path = "responses/raw.rs"]
mod raw;
