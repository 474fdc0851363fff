//! TLS, against nginx, haproxy, stunnel, `openssl s_server` and rustls, with certificates that are
//! good or break one rule.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "common/artifacts.rs"]
mod artifacts;
#[path = "common/child.rs"]
mod child;
mod common;
#[path = "common/host.rs"]
mod host;
#[path = "common/nginx.rs"]
mod nginx;
#[path = "common/peer.rs"]
mod peer;

#[path = "tls/accepted.rs"]
mod accepted;
#[path = "tls/client_certificates.rs"]
mod client_certificates;
#[path = "tls/names.rs"]
mod names;
#[path = "tls/openssl.rs"]
mod openssl;
#[path = "tls/pki.rs"]
mod pki;
#[path = "responses/raw.rs"]
mod raw;
#[path = "tls/records.rs"]
mod records;
#[path = "tls/refused.rs"]
mod refused;
#[path = "tls/server.rs"]
mod server;
#[path = "tls/torn.rs"]
mod torn;
