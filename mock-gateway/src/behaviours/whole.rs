//! Behaviours that are a whole response, whatever comes after them in the path.

use super::{Call, Row, Step};
use crate::gateway_response::*;
use crate::token::uuid;
use hyper::StatusCode;

rows! {
    "200-empty", "200 without a body" => |_, _| empty(200);
    "204", "204" => |_, _| empty(204);
    "302", "a redirect to another host" => |_, _| redirect();
    "400", "400 {\"error\":…}" => |_, _| error(400, "Bad request");
    "400-invalid-client", "400 invalid_client, as OAuth has it" =>
        |_, _| error(400, "invalid_client");
    "401-page", "401 {\"error\":…}, as MTN's page has it" => |_, _| error(401, "Unauthorized");
    "401-azure", "401 of API management: subscription key refused" => |_, _| key_refused(false);
    "401-missing-key", "401 of API management: no subscription key came" =>
        |_, _| key_refused(true);
    "403", "403, address not authorised" => |_, _| azure(
        403,
        "Forbidden. The IP address is not authorized to make this request.",
    );
    "403-quota", "403, the quota is spent, with Retry-After" =>
        |_, _| with(quota_spent(), "Retry-After", "3600");
    "403-quota-text", "403, the quota is spent, with the time in the text alone" =>
        |_, _| quota_spent();
    "404", "404" => |_, _| azure(404, "Resource not found");
    "418", "418" => |_, _| azure(418, "I'm a teapot");
    "429", "429 without Retry-After" => |_, _| rate_limited(5);
    "429-retry-after-N", "429 with Retry-After: N" =>
        |_, n| with(rate_limited(n), "Retry-After", n);
    "500", "500 of API management, with an activity ID" => |_, _| json(500, format!(
        r#"{{ "statusCode": 500, "message": "Internal server error", "activityId": "{}" }}"#,
        uuid(),
    ));
    "500-empty", "500 without a body" => |_, _| empty(500);
    "500-login-failed", "500 login_failed: wrong credentials" => |_, _| login_failed();
    "500-not-allowed", "500 NOT_ALLOWED: the API user may not do this" =>
        |_, _| not_allowed("NOT_ALLOWED");
    "500-not-allowed-environment",
    "500 NOT_ALLOWED_TARGET_ENVIRONMENT: the API user is for another one" =>
        |_, _| not_allowed("NOT_ALLOWED_TARGET_ENVIRONMENT");
    "502", "502" => |_, _| html(502, "<html><body>502 Bad Gateway</body></html>");
    "503", "503 SERVICE_UNAVAILABLE" => |_, _| unavailable();
    "503-retry-after-N", "503 with Retry-After: N" => |_, n| with(unavailable(), "Retry-After", n);
    "504", "504" => |_, _| html(504, "<html><body>504 Gateway Timeout</body></html>");
    "511", "511, a network that wants a sign-in" => |_, _| html(
        511,
        "<html><body>Please sign in to this network.</body></html>",
    );
    "bom", "a token after a byte order mark" => |c, _| {
        let mut response = unchecked(c.state);
        response.body_mut().splice(..0, *b"\xef\xbb\xbf");
        response
    };
    "html", "some HTML page with 200" => |_, _| html(
        200,
        "<!doctype html><html><body><h1>Welcome</h1></body></html>",
    );
    "html-200", "a firewall's \"Request Rejected\", 200" => |_, _| firewall(200);
    "html-403", "a firewall's \"Request Rejected\", 403" => |_, _| firewall(403);
    "html-503", "a firewall's \"Request Rejected\", 503" => |_, _| firewall(503);
    "not-json", "200 with text that is not JSON" => |_, _| json(200, "access granted");
    "deep-json", "200 with 10,000 nested arrays" =>
        |_, _| json(200, "[".repeat(10_000) + &"]".repeat(10_000));
    "binary", "200 with every byte there is" => |_, _| {
        typed(200, "application/octet-stream", Vec::from_iter(0..=255))
    };
    "echo", "500 with the request's headers in body, reason, Location, WWW-Authenticate" =>
        |c, _| echo(500, c.request);
    "echo-N", "the same with status N" => |c, n| echo(status(n), c.request);
    "token-cut-at-N", "500 with a response that has a token, cut after N bytes of the body" =>
        |c, n| cut(c, n, 500);
    "token-cut-at-N-200", "the same with status 200" => |c, n| cut(c, n, 200);
}

/// hyper sends no 1xx for a response.
fn status(n: u64) -> u16 {
    u16::try_from(n)
        .ok()
        .filter(|n| (200..=999).contains(n))
        .unwrap_or(500)
}

fn cut(call: &Call<'_>, bytes: u64, status: u16) -> GatewayResponse {
    let mut response = unchecked(call.state);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    let length = usize::try_from(bytes).unwrap_or(usize::MAX);
    response.body_mut().truncate(length);
    response
}
