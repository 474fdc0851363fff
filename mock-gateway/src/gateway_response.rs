//! The responses of the gateway, as seen in public captures.

use crate::record::{Request, Settings, State};
use crate::token::{Members, jwt};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hyper::StatusCode;
use hyper::ext::ReasonPhrase;
use hyper::header::HeaderValue;
use serde_json::json;
use std::time::Duration;

/// A host that resolves nowhere: what follows a redirect must not leave the machine.
pub(crate) const ELSEWHERE: &str = "https://elsewhere.invalid/disbursement/token/";

pub(crate) type GatewayResponse = hyper::Response<Vec<u8>>;

pub(crate) fn typed(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> GatewayResponse {
    let mut response = empty(status);
    *response.body_mut() = body.into();
    with(response, "Content-Type", kind)
}

pub(crate) fn empty(status: u16) -> GatewayResponse {
    let mut response = GatewayResponse::default();
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    response
}

pub(crate) fn json(status: u16, body: impl Into<Vec<u8>>) -> GatewayResponse {
    typed(status, "application/json", body)
}

pub(crate) fn html(status: u16, body: &str) -> GatewayResponse {
    typed(status, "text/html; charset=utf-8", body)
}

pub(crate) fn with(
    mut response: GatewayResponse,
    name: &'static str,
    value: impl ToString,
) -> GatewayResponse {
    // A request has nothing in its header that a response could not have.
    if let Ok(value) = HeaderValue::try_from(value.to_string()) {
        response.headers_mut().append(name, value);
    }
    response
}

/// Azure API Management's own shape.
pub(crate) fn azure(status: u16, message: &str) -> GatewayResponse {
    let message = json!(message);
    let body = format!(r#"{{ "statusCode": {status}, "message": {message} }}"#);
    json(status, body)
}

/// The backend's shape.
pub(crate) fn error(status: u16, error: &str) -> GatewayResponse {
    json(status, json!({ "error": error }).to_string())
}

pub(crate) fn login_failed() -> GatewayResponse {
    error(500, "login_failed")
}

pub(crate) fn not_allowed(code: &str) -> GatewayResponse {
    let body = json!({ "code": code, "message": "Access to target environment is forbidden." });
    json(500, body.to_string())
}

pub(crate) fn unavailable() -> GatewayResponse {
    let body = r#"{"message":"Service is currently unavailable","code":"SERVICE_UNAVAILABLE"}"#;
    json(503, body)
}

pub(crate) fn rate_limited(seconds: u64) -> GatewayResponse {
    let message = format!("Rate limit is exceeded. Try again in {seconds} seconds.");
    azure(429, &message)
}

pub(crate) fn quota_spent() -> GatewayResponse {
    let message = "Out of call volume quota. Quota will be replenished in 01:00:00.";
    azure(403, message)
}

pub(crate) fn key_refused(missing: bool) -> GatewayResponse {
    let message = if missing {
        "Access denied due to missing subscription key. \
         Make sure to include subscription key when making requests to an API."
    } else {
        "Access denied due to invalid subscription key. \
         Make sure to provide a valid key for an active subscription."
    };
    with(
        azure(401, message),
        "WWW-Authenticate",
        "AzureApiManagementKey realm=\"https://proxy.momoapi.mtn.co.rw/disbursement\", \
         name=\"Ocp-Apim-Subscription-Key\", type=\"header\"",
    )
}

pub(crate) fn firewall(status: u16) -> GatewayResponse {
    html(
        status,
        "<html><head><title>Request Rejected</title></head><body>The requested URL was \
         rejected. Please consult with your administrator.<br><br>Your support ID is: \
         1234567890123456789<br><br><a href='javascript:history.back();'>[Go Back]</a>\
         </body></html>",
    )
}

pub(crate) fn redirect() -> GatewayResponse {
    with(empty(302), "Location", ELSEWHERE)
}

/// Everything the request said, wherever a response has room for it: nothing of it may come
/// out in a client's messages.
pub(crate) fn echo(status: u16, request: &Request) -> GatewayResponse {
    let lines: Vec<_> = request
        .headers
        .iter()
        .map(|(n, v)| format!("{n}: {v}"))
        .collect();
    let all = lines.join("; ");
    let basic = basic(request).unwrap_or_default();
    let body = json!({
        "statusCode": status, "message": all, "error": all, "code": all,
        "activityId": basic, "headers": lines, "decoded": percent(&basic),
    });
    let location = format!("https://elsewhere.invalid/?{all}#{}", percent(&basic));
    let response = with(json(status, body.to_string()), "Location", location);
    let mut response = with(response, "WWW-Authenticate", &all);
    if let Ok(reason) = ReasonPhrase::try_from(all) {
        response.extensions_mut().insert(reason);
    }
    response
}

/// What the page and the captures say of a request without misbehaviour.
pub(crate) fn normal(
    state: &State,
    request: &Request,
    path: &str,
    lifetime: Option<Duration>,
    edits: &[fn(&mut Members)],
) -> GatewayResponse {
    let rest = ["disbursement", "collection", "remittance"]
        .iter()
        .find_map(|product| path.strip_prefix('/')?.strip_prefix(product));
    match rest {
        Some("/token/") if request.method != "POST" => {
            return with(azure(405, "Method Not Allowed"), "Allow", "POST");
        }
        Some("/token/") => {}
        Some("/token") => return redirect(),
        _ => return azure(404, "Resource not found"),
    }
    let settings = state.settings().clone();
    if let Some(refused) = refused(&settings, request) {
        return refused;
    }
    let lifetime = lifetime.unwrap_or(settings.lifetime);
    let mut members = Members::success(&jwt(&settings.credentials.api_user, lifetime), lifetime);
    for edit in edits {
        edit(&mut members);
    }
    if let Some(token) = members.token() {
        state.issue(token, lifetime);
    }
    success(&members)
}

fn success(members: &Members) -> GatewayResponse {
    typed(200, "application/json;charset=utf-8", members.to_json())
}

/// The response with a token, to a request that nobody checked.
pub(crate) fn unchecked(state: &State) -> GatewayResponse {
    let (user, lifetime) = {
        let settings = state.settings();
        (settings.credentials.api_user.clone(), settings.lifetime)
    };
    let token = jwt(&user, lifetime);
    let response = success(&Members::success(&token, lifetime));
    state.issue(token, lifetime);
    response
}

fn refused(settings: &Settings, request: &Request) -> Option<GatewayResponse> {
    let credentials = &settings.credentials;
    match request.header("Ocp-Apim-Subscription-Key") {
        None | Some("") => return Some(key_refused(true)),
        Some(key) if credentials.subscription_keys.iter().any(|k| k == key) => {}
        Some(_) => return Some(key_refused(false)),
    }
    if request.header("Authorization").is_none() {
        return Some(error(401, "Authorization header is missing"));
    }
    let expected = format!("{}:{}", credentials.api_user, credentials.api_key);
    (basic(request)? != expected).then(login_failed)
}

/// The user and key of a Basic header; "" if it cannot be read.
fn basic(request: &Request) -> Option<String> {
    let value = request.header("Authorization")?;
    let decode = || {
        let (scheme, value) = value.split_once(' ')?;
        let bytes = scheme
            .eq_ignore_ascii_case("basic")
            .then(|| BASE64_STANDARD.decode(value))?;
        String::from_utf8(bytes.ok()?).ok()
    };
    Some(decode().unwrap_or_default())
}

fn percent(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}
