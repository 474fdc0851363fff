//! Firewall's response: HTML, under any status, with an ID that its operator needs to find the
//! reason.

use super::error_response::{bracketed, identifier, shown};
use super::transport::Response;
use crate::credentials::redact::Redactor;
use crate::{Failure, Status};

/// A number of 64 bits.
const MAX_SUPPORT_ID_BYTES: usize = 20;

pub(super) fn read(response: &Response, redactor: &Redactor) -> Option<Failure> {
    let body = String::from_utf8_lossy(&response.body);
    if !body.contains("Request Rejected") {
        return None;
    }
    let lower = body.to_ascii_lowercase();
    let (_, rest) = lower.split_once("support id").unwrap_or_default();
    let is_digit = |c: char| c.is_ascii_digit();
    let id = rest
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find(|word| word.starts_with(is_digit))
        .filter(|word| word.len() <= MAX_SUPPORT_ID_BYTES && word.chars().all(is_digit))
        .unwrap_or_default();
    let code = identifier(id, id, redactor);
    let named = bracketed("support ID ", &code);
    let message = format!(
        "a firewall in front of the gateway rejected the request{named}; check that this machine's \
         public IP address is authorised, and give MTN the support ID"
    );
    Some(Failure {
        code,
        body: shown(response, id, redactor),
        ..Failure::of_response(response.status, Status::MOMO_FORBIDDEN, message)
    })
}

#[cfg(test)]
mod tests;
