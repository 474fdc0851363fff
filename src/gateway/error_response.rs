//! Responses that bring no token: what was refused, and why.

use std::collections::HashMap;

use serde_json::value::RawValue;
use ureq::http::HeaderMap;
use ureq::http::header::{LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};

use super::authentication::Authentication;
use super::response::object;
use super::retry::{AttemptError, Retry, retry_after};
use super::transport::Response;
use crate::credentials::is_uuid;
use crate::credentials::redact::Redactor;
use crate::net::head::offers;
use crate::{Failure, Status};

const MAX_CODE_BYTES: usize = 128;
const MAX_MESSAGE_BYTES: usize = 512;
const MAX_SHOWN_BODY_BYTES: usize = 4096;
/// A number of 64 bits.
const MAX_SUPPORT_ID_BYTES: usize = 20;

pub(super) fn read(response: &Response, authentication: &Authentication) -> AttemptError {
    let Authentication { redactor, host, .. } = authentication;
    if let Some(refusal) = firewall_refusal(response, redactor) {
        return refusal.into();
    }
    // The shapes of failure that are known, laid over one another: the page's own, API management's,
    // and the gateway's. What is no text in these places says nothing.
    let fields: HashMap<String, &RawValue> = object(&response.body).unwrap_or_default();
    let text = |name: &str| -> String {
        let text = fields.get(name).map(|v| serde_json::from_str(v.get()));
        text.and_then(Result::ok).unwrap_or_default()
    };
    let headers = &response.headers;
    let message = text("message");
    let said = message.to_ascii_lowercase();
    let http_status = response.status;
    let limits_rate = matches!(http_status, 403 | 429);
    let retry_after = retry_after(headers, if limits_rate { &said } else { "" });
    let mut challenges = headers.get_all(WWW_AUTHENTICATE).iter();
    // Of the shape of Azure API Management, which checks the subscription key.
    let is_azure = fields.contains_key("statusCode") && fields.contains_key("message")
        || challenges.any(|c| offers(c.as_bytes(), "AzureApiManagementKey"));
    let [error, code] = ["error", "code"].map(text);
    let key_is_missing = said.contains("missing subscription key");
    // Both of API management's ways to say so.
    let quota_is_spent =
        headers.contains_key(RETRY_AFTER) || retry_after.is_some() || said.contains("quota");
    // What must not be shown may still say what happened.
    let found = (http_status, &*error, &*code);
    let (status, says) = meaning(found, is_azure, key_is_missing, quota_is_spent);
    let retry = match (status, http_status) {
        (Status::MOMO_SUBSCRIPTION_KEY_REFUSED, _) if !key_is_missing => Retry::WithOtherKey,
        (Status::MOMO_RATE_LIMITED, 429) if retry_after.is_some() => Retry::Later,
        (Status::MOMO_SERVER_ERROR, 500 | 502..=504) => Retry::Later,
        _ => Retry::Never,
    };
    let [error, code] = [error, code].map(|text| identifier(&text, "", redactor));
    let code = if error.is_empty() { code } else { error };
    let mut says = says
        .replace("{status}", &http_status.to_string())
        .replace("{code}", &bracketed("", &code))
        .replace("{portal}", host.portal)
        .replace("{users}", host.users)
        .replace("{host}", &redirect_host(headers, redactor));
    let message = redactor.clean(message.as_bytes(), MAX_MESSAGE_BYTES);
    says += &bracketed("the response says: ", &message);
    let activity = text("activityId");
    let id = if is_uuid(&activity) { &*activity } else { "" };
    says += &bracketed("activity ID ", &identifier(&activity, id, redactor));
    AttemptError {
        retry,
        failure: Failure {
            retry_after_ms: retry_after.map_or(-1, |time| {
                i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
            }),
            code,
            body: shown(response, id, redactor),
            ..Failure::of_response(http_status, status, says)
        },
    }
}

/// OAuth's codes of a client that is not known (RFC 6749, 5.2).
const REFUSED_CLIENT: [&str; 3] = ["invalid_client", "invalid_grant", "unauthorized_client"];

fn meaning(
    found: (u16, &str, &str),
    is_azure: bool,
    key_is_missing: bool,
    quota_is_spent: bool,
) -> (Status, &'static str) {
    use Status as S;
    match found {
        (401, ..) if is_azure && key_is_missing => (
            S::MOMO_SUBSCRIPTION_KEY_REFUSED,
            "no subscription key came there, so something on the way has removed the header \
             Ocp-Apim-Subscription-Key; check base_url, and what stands between here and the \
             gateway",
        ),
        (401, ..) if is_azure => (
            S::MOMO_SUBSCRIPTION_KEY_REFUSED,
            "the subscription key was refused; check that subscription_key is the primary or \
             secondary key of this product's subscription as shown at {portal} (the key of the \
             Collection Widget is not it)",
        ),
        (status @ (400 | 401), error, _) if status == 401 || REFUSED_CLIENT.contains(&error) => (
            S::MOMO_UNAUTHORIZED,
            "the API user or API key was refused{code}; check api_user and api_key",
        ),
        (500, "login_failed", _) => (
            S::MOMO_UNAUTHORIZED,
            "the API user or API key was refused (login_failed); check api_user and api_key: \
             both have to be for this product and host; {users}",
        ),
        (400 | 403 | 500, _, "NOT_ALLOWED") => (
            S::MOMO_FORBIDDEN,
            "the API user may not do this (NOT_ALLOWED); have MTN enable this product for the \
             API user, or check product",
        ),
        (400 | 403 | 500, _, "NOT_ALLOWED_TARGET_ENVIRONMENT") => (
            S::MOMO_FORBIDDEN,
            "the API user is not for this environment (NOT_ALLOWED_TARGET_ENVIRONMENT); check \
             that api_user and base_url belong together: {users}",
        ),
        (400, ..) => (
            S::MOMO_UNEXPECTED_STATUS,
            "HTTP 400{code}: the gateway takes the request for malformed; check base_url, and \
             whether a proxy changes the path or the headers or adds a body on the way",
        ),
        (403, ..) if quota_is_spent => (
            S::MOMO_RATE_LIMITED,
            "the quota of the subscription is spent; wait, or ask for a larger one",
        ),
        (403, ..) => (
            S::MOMO_FORBIDDEN,
            "access is forbidden; check that this machine's public IP address is authorised for \
             the API user (an address can be allowed to get tokens and not to pay)",
        ),
        (404, ..) => (
            S::MOMO_UNEXPECTED_STATUS,
            "HTTP 404: wrong product or base path; check product and base_url",
        ),
        (429, ..) => (
            S::MOMO_RATE_LIMITED,
            "too many requests; wait, and keep tokens instead of asking for one per payment",
        ),
        (511, ..) => (
            S::MOMO_SERVER_ERROR,
            "HTTP 511: a captive portal responds, since this network wants a sign-in; sign in \
             with a browser, or use another network",
        ),
        (500..=599, ..) => (
            S::MOMO_SERVER_ERROR,
            "the gateway failed (HTTP {status}); try again later, and tell MTN if it stays",
        ),
        (300..=399, ..) => (
            S::MOMO_UNEXPECTED_STATUS,
            "HTTP {status}: a redirect{host}, which is never followed since it would take the \
             keys along; check base_url",
        ),
        _ => (
            S::MOMO_UNEXPECTED_STATUS,
            "HTTP {status} is no response of the gateway's; check base_url, proxy and firewall",
        ),
    }
}

/// A firewall's response: HTML, under any status, with an ID by which its operator finds why.
pub(super) fn firewall_refusal(response: &Response, redactor: &Redactor) -> Option<Failure> {
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

/// A code or an ID, to be compared or quoted; anything else in its place is not one. `id` is no key.
fn identifier(text: &str, id: &str, redactor: &Redactor) -> String {
    let text = redactor.clean_but(id, text.as_bytes(), MAX_CODE_BYTES);
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
    let is_one = text.bytes().all(fits);
    if is_one { text } else { String::new() }
}

fn bracketed(what: &str, text: &str) -> String {
    match text {
        "" => String::new(),
        text => format!(" ({what}{text})"),
    }
}

/// The body, with the ID that was found in it.
fn shown(response: &Response, id: &str, redactor: &Redactor) -> String {
    if (200..300).contains(&response.status) {
        return String::new();
    }
    redactor.clean_but(id, &response.body, MAX_SHOWN_BODY_BYTES)
}

pub(super) fn header(headers: &HeaderMap, name: ureq::http::HeaderName) -> &str {
    let value = headers.get(name).and_then(|v| v.to_str().ok());
    value.unwrap_or_default().trim()
}

/// The host of a redirect, and nothing else of it: the rest may carry anything.
fn redirect_host(headers: &HeaderMap, redactor: &Redactor) -> String {
    let uri: Option<ureq::http::Uri> = header(headers, LOCATION).parse().ok();
    let host = uri.as_ref().and_then(|u| u.host()).unwrap_or_default();
    match redactor.clean(host.as_bytes(), 255).as_str() {
        "" => String::new(),
        host => format!(" to {host}"),
    }
}

#[cfg(test)]
mod tests;
