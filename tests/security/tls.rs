//! TLS, against nginx, haproxy, stunnel, `openssl s_server` and rustls, with certificates that are
//! good or break one rule.

mod accepted;
mod client_certificates;
mod openssl;
mod pki;
mod records;
mod refused;
mod server;
mod torn;
