//! Responses that bring no token: what was refused, and why.

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use ureq::http::HeaderMap;
use ureq::http::header::{LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};

use super::advice::Advice;
use super::attempt_error::{AttemptError, Retry};
use super::firewall;
use super::json::object;
use super::retry::retry_after;
use super::transport::Response;
use crate::credentials::is_uuid;
use crate::credentials::redact::Redactor;
use crate::error::{Failure, Status};
use crate::net::head::offers;

pub(super) const MAX_CODE_BYTES: usize = 128;
const MAX_MESSAGE_BYTES: usize = 512;
const MAX_SHOWN_BODY_BYTES: usize = 4096;

/// The shapes of failure that are known, laid over one another: the page's own, API management's,
/// and the gateway's.
#[derive(Deserialize, Default)]
#[serde(default)]
struct ErrorBody<'a> {
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    code: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow, rename = "statusCode")]
    status_code: Option<&'a RawValue>,
    #[serde(borrow, rename = "activityId")]
    activity_id: Option<&'a RawValue>,
}

pub(super) fn read(response: &Response, redactor: &Redactor, advice: &Advice) -> AttemptError {
    if let Some(firewall) = firewall::read(response, redactor) {
        return firewall;
    }
    let fields: ErrorBody = object(&response.body).unwrap_or_default();
    // What is no text in these places says nothing.
    let raw = |value: Option<&RawValue>| {
        let text = value.and_then(|v| serde_json::from_str::<String>(v.get()).ok());
        text.unwrap_or_default()
    };
    let text = |value, max| redactor.clean(raw(value).as_bytes(), max);
    let error = identifier(&text(fields.error, MAX_CODE_BYTES));
    let message = text(fields.message, MAX_MESSAGE_BYTES);
    let said = raw(fields.message).to_ascii_lowercase();
    let retry_after = retry_after(&response.headers, &said);
    let mut challenges = response.headers.get_all(WWW_AUTHENTICATE).iter();
    let azure = fields.status_code.is_some() && fields.message.is_some()
        || challenges.any(|c| offers(c.as_bytes(), "AzureApiManagementKey"));
    let code = identifier(&text(fields.code, MAX_CODE_BYTES));
    let (status, retry, mut says) = meaning(
        response.status,
        &Facts {
            azure,
            error: &error,
            code: &code,
            // Both of API management's ways to say that a quota is spent.
            quota_spent: response.headers.contains_key(RETRY_AFTER)
                || retry_after.is_some()
                || said.contains("quota"),
            key_missing: said.contains("missing subscription key"),
            retry_after,
            redirected_to: &redirect_host(&response.headers, redactor),
        },
        advice,
    );
    let activity = raw(fields.activity_id);
    let id = if is_uuid(&activity) { &*activity } else { "" };
    let shown_activity = identifier(&redactor.clean_but(id, activity.as_bytes(), MAX_CODE_BYTES));
    if !message.is_empty() {
        says = format!("{says} (the response says: {message})");
    }
    if !shown_activity.is_empty() {
        says = format!("{says} (activity ID {shown_activity})");
    }
    AttemptError {
        failure: Failure {
            status,
            http_status: response.status,
            retry_after_ms: retry_after.map_or(-1, millis),
            message: says,
            code: if error.is_empty() { code } else { error },
            body: shown(response, id, redactor),
        },
        retry,
    }
}

/// What a response says, beside its HTTP status.
struct Facts<'a> {
    /// Whether it is of the shape of Azure API Management, which checks the subscription key.
    azure: bool,
    error: &'a str,
    code: &'a str,
    quota_spent: bool,
    /// Whether no subscription key came there.
    key_missing: bool,
    retry_after: Option<Duration>,
    /// " to HOST", or nothing.
    redirected_to: &'a str,
}

/// OAuth's codes of a client that is not known (RFC 6749, 5.2).
const REFUSED_CLIENT: [&str; 3] = ["invalid_client", "invalid_grant", "unauthorized_client"];

impl Facts<'_> {
    /// The response's own code in brackets, if there is one.
    fn named(&self) -> String {
        match (self.error, self.code) {
            ("", "") => String::new(),
            ("", code) | (code, _) => format!(" ({code})"),
        }
    }
}

fn meaning(http_status: u16, facts: &Facts, advice: &Advice) -> (Status, Retry, String) {
    use Status as S;
    let later_if = |can_help| if can_help { Retry::Later } else { Retry::Never };
    let refused = |status, says: &str| (status, Retry::Never, says.to_owned());
    match http_status {
        401 if facts.azure && facts.key_missing => refused(
            S::MOMO_SUBSCRIPTION_KEY_REFUSED,
            "no subscription key came there, so something on the way has removed the header \
             Ocp-Apim-Subscription-Key; check base_url, and what stands between here and the gateway",
        ),
        401 if facts.azure => (
            S::MOMO_SUBSCRIPTION_KEY_REFUSED,
            Retry::WithOtherKey,
            format!(
                "the subscription key was refused; check that subscription_key is the primary or \
                 secondary key of this product's subscription as shown at {} (the key of the \
                 Collection Widget is not it)",
                advice.subscription_key_portal()
            ),
        ),
        400 | 401 if http_status == 401 || REFUSED_CLIENT.contains(&facts.error) => refused(
            S::MOMO_UNAUTHORIZED,
            &format!(
                "the API user or API key was refused{}; check api_user and api_key",
                facts.named()
            ),
        ),
        500 if facts.error == "login_failed" => refused(
            S::MOMO_UNAUTHORIZED,
            &format!(
                "the API user or API key was refused (login_failed); check api_user and api_key: \
                 both have to be for this product and host; {}",
                advice.users()
            ),
        ),
        400 | 403 | 500 if facts.code == "NOT_ALLOWED" => refused(
            S::MOMO_FORBIDDEN,
            "the API user may not do this (NOT_ALLOWED); have MTN enable this product for the API \
             user, or check product",
        ),
        400 | 403 | 500 if facts.code == "NOT_ALLOWED_TARGET_ENVIRONMENT" => refused(
            S::MOMO_FORBIDDEN,
            &format!(
                "the API user is not for this environment (NOT_ALLOWED_TARGET_ENVIRONMENT); check \
                 that api_user and base_url belong together: {}",
                advice.users()
            ),
        ),
        400 => refused(
            S::MOMO_UNEXPECTED_STATUS,
            &format!(
                "HTTP 400{}: the gateway takes the request for malformed; check base_url, and \
                 whether a proxy changes the path or the headers or adds a body on the way",
                facts.named()
            ),
        ),
        403 if facts.quota_spent => refused(
            S::MOMO_RATE_LIMITED,
            "the quota of the subscription is spent; wait, or ask for a larger one",
        ),
        403 => refused(
            S::MOMO_FORBIDDEN,
            "access is forbidden; check that this machine's public IP address is authorised for \
             the API user (an address can be allowed to get tokens and not to pay)",
        ),
        404 => refused(
            S::MOMO_UNEXPECTED_STATUS,
            "HTTP 404: wrong product or base path; check product and base_url",
        ),
        429 => (
            S::MOMO_RATE_LIMITED,
            later_if(facts.retry_after.is_some()),
            "too many requests; wait, and keep tokens instead of asking for one per payment"
                .to_owned(),
        ),
        511 => refused(
            S::MOMO_SERVER_ERROR,
            "HTTP 511: a captive portal responds, since this network wants a sign-in; sign in with a \
             browser, or use another network",
        ),
        500..=599 => (
            S::MOMO_SERVER_ERROR,
            later_if(matches!(http_status, 500 | 502..=504)),
            format!(
                "the gateway failed (HTTP {http_status}); try again later, and tell MTN if it stays"
            ),
        ),
        300..=399 => refused(
            S::MOMO_UNEXPECTED_STATUS,
            &format!(
                "HTTP {http_status}: a redirect{}, which is never followed since it would take the \
                 keys along; check base_url",
                facts.redirected_to
            ),
        ),
        _ => refused(
            S::MOMO_UNEXPECTED_STATUS,
            &format!(
                "HTTP {http_status} is no response of the gateway's; check base_url, proxy and \
                 firewall"
            ),
        ),
    }
}

/// A code or an ID, to be compared or quoted; anything else in its place is not one.
pub(super) fn identifier(text: &str) -> String {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
    match text {
        id if id.bytes().all(fits) => id.to_owned(),
        _ => String::new(),
    }
}

/// The body, with the ID that was found in it.
pub(super) fn shown(response: &Response, id: &str, redactor: &Redactor) -> String {
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

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "error_response_tests.rs"]
mod tests;
