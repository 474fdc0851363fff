//! The operation, by every behaviour of the mock gateway.

mod behaviours;
mod connections;
mod request;
mod retries;
mod subscription_keys;
