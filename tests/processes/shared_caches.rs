//! Processes that share a token by way of a directory or of a Redis server, which is a real one.

mod clocks;
mod crowd;
mod directory;
mod forks;
mod killed;
mod machine;
mod outage;
mod process;
mod secrets;
mod stack;
