//! TLS, against nginx, haproxy and rustls, with certificates that are good or break one rule.

mod accepted;
mod client_certificates;
mod pki;
mod records;
mod refused;
mod rows;
mod server;
mod torn;
