//! A stand-in for MTN Mobile Money's Partner Gateway: it answers as the real one does, or, under
//! a path prefix, as badly as a network can.
//!
//! ```
//! let gateway = momo_mock_gateway::Gateway::start()?;
//! let good = gateway.base_url();                  // https://localhost:PORT
//! let bad = format!("{good}/delay-200/503");      // waits, then fails
//! # assert!(bad.starts_with("https://localhost:"));
//! # Ok::<(), momo_mock_gateway::Error>(())
//! ```

mod behaviours;
mod builder;
mod ca;
mod gateway;
mod gateway_response;
mod raw;
mod record;
mod server;
mod token;

pub use behaviours::behaviours;
pub use builder::Builder;
pub use ca::ServerCertificate;
pub use gateway::Gateway;
pub use record::{
    Credentials, DEFAULT_API_KEY, DEFAULT_API_USER, DEFAULT_SUBSCRIPTION_KEY, Issued, MAX_RECORDS,
    Request,
};

pub type Error = Box<dyn std::error::Error + Send + Sync>;
