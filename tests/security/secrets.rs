//! No secret comes out: marked credentials and tokens are searched for in everything that the
//! library says, and in the memory of a process that has freed all it had.

mod echoes;
mod marks;
mod memory;
