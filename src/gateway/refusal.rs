//! Answers that bring no token: what was refused, and why.

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use ureq::http::HeaderMap;
use ureq::http::header::{LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};

use super::json::object;
use super::transport::Answer;
use crate::error::{Failure, Status};
use crate::redact::Redactor;

const LONGEST_CODE: usize = 128;
const LONGEST_MESSAGE: usize = 512;
const LONGEST_BODY: usize = 4096;

/// An answer that brought no token.
pub(super) struct Refusal {
    pub(super) failure: Failure,
    /// Whether the same request may fare better in a moment.
    pub(super) may_pass: bool,
}

/// The shapes of failure that are known, laid over one another: the page's own, API management's,
/// and the gateway's.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Complaint<'a> {
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

pub(super) fn read(answer: &Answer, redactor: &Redactor) -> Refusal {
    if let Some(firewall) = firewall(answer, redactor) {
        return firewall;
    }
    let complaint: Complaint = object(&answer.body).unwrap_or_default();
    // What is no text in these places says nothing.
    let text = |value: Option<&RawValue>, max| {
        let text = value.and_then(|v| serde_json::from_str::<String>(v.get()).ok());
        redactor.clean(text.unwrap_or_default().as_bytes(), max)
    };
    let error = identifier(&text(complaint.error, LONGEST_CODE));
    let message = text(complaint.message, LONGEST_MESSAGE);
    let retry_after = retry_after(&answer.headers, &message);
    let azure = complaint.status_code.is_some() && complaint.message.is_some()
        || header(&answer.headers, WWW_AUTHENTICATE).starts_with("AzureApiManagementKey");
    let quota = || message.to_ascii_lowercase().contains("quota");
    use Status as S;
    let refused = |status, says: &str| (status, false, says.to_owned());
    let (status, may_pass, says) = match answer.status {
        401 if azure => refused(
            S::MOMO_SUBSCRIPTION_KEY_REFUSED,
            "the subscription key was refused; check subscription_key, and that it is for this \
             product and environment",
        ),
        401 => refused(
            S::MOMO_UNAUTHORIZED,
            "the API user or API key was refused; check api_user and api_key",
        ),
        500 if error == "login_failed" => refused(
            S::MOMO_UNAUTHORIZED,
            "the API user or API key was refused (login_failed); check api_user and api_key, and \
             that both are for this product and environment",
        ),
        403 if answer.headers.contains_key(RETRY_AFTER) || quota() => refused(
            S::MOMO_RATE_LIMITED,
            "the quota of the subscription is spent; wait, or ask for a larger one",
        ),
        403 => refused(
            S::MOMO_FORBIDDEN,
            "access is forbidden; check that this machine's public IP address is authorised for \
             the API user",
        ),
        404 => refused(
            S::MOMO_UNEXPECTED_STATUS,
            "HTTP 404: wrong product or base path; check product and base_url",
        ),
        429 => (
            S::MOMO_RATE_LIMITED,
            retry_after.is_some(),
            "too many requests; wait, and keep tokens instead of asking for one per payment"
                .to_owned(),
        ),
        status @ 500..=599 => (
            S::MOMO_SERVER_ERROR,
            matches!(status, 500 | 502..=504),
            format!(
                "the gateway failed (HTTP {status}); try again later, and tell MTN if it stays"
            ),
        ),
        status @ 300..=399 => refused(
            S::MOMO_UNEXPECTED_STATUS,
            &format!(
                "HTTP {status}: a redirect{}, which is never followed since it would take the \
                 keys along; check base_url",
                target(&answer.headers, redactor)
            ),
        ),
        status => refused(
            S::MOMO_UNEXPECTED_STATUS,
            &format!(
                "HTTP {status} is no answer of the gateway's; check base_url, proxy and firewall"
            ),
        ),
    };
    let code = [error, identifier(&text(complaint.code, LONGEST_CODE))];
    let activity = identifier(&text(complaint.activity_id, LONGEST_CODE));
    let mut says = says;
    if !message.is_empty() {
        says = format!("{says} (the answer says: {message})");
    }
    if !activity.is_empty() {
        says = format!("{says} (activity ID {activity})");
    }
    Refusal {
        failure: Failure {
            status,
            http_status: answer.status,
            retry_after_ms: retry_after.map_or(-1, millis),
            message: says,
            code: code.into_iter().find(|c| !c.is_empty()).unwrap_or_default(),
            body: shown(answer, redactor),
        },
        may_pass,
    }
}

/// A code or an ID, to be compared or quoted; anything else in its place is not one.
fn identifier(text: &str) -> String {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
    match text {
        id if id.bytes().all(fits) => id.to_owned(),
        _ => String::new(),
    }
}

/// A firewall in front of the gateway answers in HTML, under any status, with an ID that its
/// operator needs to find the reason.
pub(super) fn firewall(answer: &Answer, redactor: &Redactor) -> Option<Refusal> {
    let body = String::from_utf8_lossy(&answer.body);
    if !body.contains("Request Rejected") {
        return None;
    }
    let lower = body.to_ascii_lowercase();
    let id: String = lower
        .find("support id")
        .map(|at| &body[at + "support id".len()..])
        .unwrap_or_default()
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .take(LONGEST_CODE)
        .collect();
    let id = redactor.clean(id.as_bytes(), LONGEST_CODE);
    let named = if id.is_empty() {
        String::new()
    } else {
        format!(" (support ID {id})")
    };
    Some(Refusal {
        failure: Failure {
            status: Status::MOMO_FORBIDDEN,
            http_status: answer.status,
            retry_after_ms: -1,
            message: format!(
                "a firewall in front of the gateway rejected the request{named}; check that this \
                 machine's public IP address is authorised, and give MTN the support ID"
            ),
            code: id,
            body: shown(answer, redactor),
        },
        may_pass: false,
    })
}

fn shown(answer: &Answer, redactor: &Redactor) -> String {
    if (200..300).contains(&answer.status) {
        return String::new();
    }
    redactor.clean(&answer.body, LONGEST_BODY)
}

fn header(headers: &HeaderMap, name: ureq::http::HeaderName) -> &str {
    let value = headers.get(name).and_then(|v| v.to_str().ok());
    value.unwrap_or_default().trim()
}

/// The host of a redirect, and nothing else of it: the rest may carry anything.
fn target(headers: &HeaderMap, redactor: &Redactor) -> String {
    let uri: Option<ureq::http::Uri> = header(headers, LOCATION).parse().ok();
    let host = uri.as_ref().and_then(|u| u.host()).unwrap_or_default();
    match redactor.clean(host.as_bytes(), 255).as_str() {
        "" => String::new(),
        host => format!(" to {host}"),
    }
}

/// RFC 9110 section 10.2.3: seconds, or a date. Where API management sends no header, its text
/// says "Try again in N seconds."
fn retry_after(headers: &HeaderMap, message: &str) -> Option<Duration> {
    let value = header(headers, RETRY_AFTER);
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    if let Ok(date) = httpdate::parse_http_date(value) {
        let left = date.duration_since(std::time::SystemTime::now());
        return Some(left.unwrap_or_default());
    }
    let (_, rest) = message.split_once("Try again in ")?;
    let (number, _) = rest.split_once(" second")?;
    number.parse().ok().map(Duration::from_secs)
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
