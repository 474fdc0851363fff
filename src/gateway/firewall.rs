//! Firewall's response: HTML, under any status, with an ID that its operator needs to find the
//! reason.

use super::attempt_error::{AttemptError, Retry};
use super::error_response::{MAX_CODE_BYTES, identifier, shown};
use super::transport::Response;
use crate::credentials::redact::Redactor;
use crate::error::{Failure, Status};

/// A number of 64 bits.
const MAX_SUPPORT_ID_BYTES: usize = 20;

pub(super) fn read(response: &Response, redactor: &Redactor) -> Option<AttemptError> {
    let body = String::from_utf8_lossy(&response.body);
    if !body.contains("Request Rejected") {
        return None;
    }
    let lower = body.to_ascii_lowercase();
    let id = lower
        .find("support id")
        .map(|at| &body[at + "support id".len()..])
        .unwrap_or_default()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .filter(|word| {
            word.len() <= MAX_SUPPORT_ID_BYTES && word.bytes().all(|b| b.is_ascii_digit())
        })
        .unwrap_or_default();
    let shown = shown(response, id, redactor);
    let id = identifier(&redactor.clean_but(id, id.as_bytes(), MAX_CODE_BYTES));
    let named = if id.is_empty() {
        String::new()
    } else {
        format!(" (support ID {id})")
    };
    Some(AttemptError {
        failure: Failure {
            status: Status::MOMO_FORBIDDEN,
            http_status: response.status,
            retry_after_ms: -1,
            message: format!(
                "a firewall in front of the gateway rejected the request{named}; check that this \
                 machine's public IP address is authorised, and give MTN the support ID"
            ),
            code: id,
            body: shown,
        },
        retry: Retry::Never,
    })
}

#[cfg(test)]
#[path = "firewall_tests.rs"]
mod tests;
