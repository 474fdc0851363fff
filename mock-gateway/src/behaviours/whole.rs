//! Behaviours that are a whole response, whatever comes after them in the path.

use super::{Call, Row, ok, row};
use crate::gateway_response::{GatewayResponse, unchecked};

pub(super) static ROWS: &[Row] = &[
    row("200-empty", "200 without a body", |_, _| {
        ok(GatewayResponse::empty(200))
    }),
    row("204", "204", |_, _| ok(GatewayResponse::empty(204))),
    row("302", "a redirect to another host", |_, _| {
        ok(GatewayResponse::redirect())
    }),
    row("400", "400 {\"error\":…}", |_, _| {
        ok(GatewayResponse::error(400, "Bad request"))
    }),
    row(
        "400-invalid-client",
        "400 invalid_client, as OAuth has it",
        |_, _| ok(GatewayResponse::error(400, "invalid_client")),
    ),
    row(
        "401-page",
        "401 {\"error\":…}, as MTN's page has it",
        |_, _| ok(GatewayResponse::error(401, "Unauthorized")),
    ),
    row(
        "401-azure",
        "401 of API management: subscription key refused",
        |_, _| ok(GatewayResponse::key_refused(false)),
    ),
    row(
        "401-missing-key",
        "401 of API management: no subscription key came",
        |_, _| ok(GatewayResponse::key_refused(true)),
    ),
    row("403", "403, address not authorised", |_, _| {
        ok(GatewayResponse::azure(
            403,
            "Forbidden. The IP address is not authorized to make this request.",
        ))
    }),
    row(
        "403-quota",
        "403, the quota is spent, with Retry-After",
        |_, _| ok(GatewayResponse::quota_spent()),
    ),
    row(
        "403-quota-text",
        "403, the quota is spent, with the time in the text alone",
        |_, _| {
            let mut response = GatewayResponse::quota_spent();
            response.headers.retain(|(name, _)| *name != "Retry-After");
            ok(response)
        },
    ),
    row("404", "404", |_, _| {
        ok(GatewayResponse::azure(404, "Resource not found"))
    }),
    row("418", "418", |_, _| {
        ok(GatewayResponse::azure(418, "I'm a teapot"))
    }),
    row("429", "429 without Retry-After", |_, _| {
        ok(GatewayResponse::rate_limited(5))
    }),
    row("429-retry-after-N", "429 with Retry-After: N", |_, n| {
        ok(GatewayResponse::rate_limited(n).with("Retry-After", n.to_string()))
    }),
    row(
        "500",
        "500 of API management, with an activity ID",
        |_, _| ok(GatewayResponse::internal_error()),
    ),
    row("500-empty", "500 without a body", |_, _| {
        ok(GatewayResponse::empty(500))
    }),
    row(
        "500-login-failed",
        "500 login_failed: wrong credentials",
        |_, _| ok(GatewayResponse::login_failed()),
    ),
    row(
        "500-not-allowed",
        "500 NOT_ALLOWED: the API user may not do this",
        |_, _| ok(GatewayResponse::not_allowed("NOT_ALLOWED")),
    ),
    row(
        "500-not-allowed-environment",
        "500 NOT_ALLOWED_TARGET_ENVIRONMENT: the API user is for another one",
        |_, _| {
            ok(GatewayResponse::not_allowed(
                "NOT_ALLOWED_TARGET_ENVIRONMENT",
            ))
        },
    ),
    row("502", "502", |_, _| {
        ok(GatewayResponse::html(
            502,
            "<html><body>502 Bad Gateway</body></html>",
        ))
    }),
    row("503", "503 SERVICE_UNAVAILABLE", |_, _| {
        ok(GatewayResponse::unavailable())
    }),
    row("503-retry-after-N", "503 with Retry-After: N", |_, n| {
        ok(GatewayResponse::unavailable().with("Retry-After", n.to_string()))
    }),
    row("504", "504", |_, _| {
        ok(GatewayResponse::html(
            504,
            "<html><body>504 Gateway Timeout</body></html>",
        ))
    }),
    row("511", "511, a network that wants a sign-in", |_, _| {
        ok(GatewayResponse::html(
            511,
            "<html><body>Please sign in to this network.</body></html>",
        ))
    }),
    row("bom", "a token after a byte order mark", |c, _| {
        let mut response = unchecked(c.state);
        response.body.splice(..0, *b"\xef\xbb\xbf");
        ok(response)
    }),
    row("html", "some HTML page with 200", |_, _| {
        ok(GatewayResponse::html(
            200,
            "<!doctype html><html><body><h1>Welcome</h1></body></html>",
        ))
    }),
    row(
        "html-200",
        "a firewall's \"Request Rejected\", 200",
        |_, _| ok(GatewayResponse::firewall(200)),
    ),
    row(
        "html-403",
        "a firewall's \"Request Rejected\", 403",
        |_, _| ok(GatewayResponse::firewall(403)),
    ),
    row(
        "html-503",
        "a firewall's \"Request Rejected\", 503",
        |_, _| ok(GatewayResponse::firewall(503)),
    ),
    row("not-json", "200 with text that is not JSON", |_, _| {
        ok(GatewayResponse::json(200, "access granted"))
    }),
    row("deep-json", "200 with 10,000 nested arrays", |_, _| {
        ok(GatewayResponse::json(
            200,
            "[".repeat(10_000) + &"]".repeat(10_000),
        ))
    }),
    row("binary", "200 with every byte there is", |_, _| {
        ok(GatewayResponse::new(
            200,
            "application/octet-stream",
            (0..=255).collect::<Vec<u8>>(),
        ))
    }),
    row(
        "echo",
        "500 with the request's headers in body, reason, Location, WWW-Authenticate",
        |c, _| ok(GatewayResponse::echo(500, c.request)),
    ),
    row("echo-N", "the same with status N", |c, n| {
        ok(GatewayResponse::echo(status(n), c.request))
    }),
    row(
        "token-cut-at-N",
        "500 with a response that has a token, cut after N bytes of the body",
        |c, n| ok(cut(c, n, 500)),
    ),
    row("token-cut-at-N-200", "the same with status 200", |c, n| {
        ok(cut(c, n, 200))
    }),
];

/// hyper sends no 1xx for a response.
fn status(n: u64) -> u16 {
    u16::try_from(n)
        .ok()
        .filter(|n| (200..=999).contains(n))
        .unwrap_or(500)
}

fn cut(call: &Call<'_>, bytes: u64, status: u16) -> GatewayResponse {
    let mut response = unchecked(call.state);
    response.status = status;
    response
        .body
        .truncate(usize::try_from(bytes).unwrap_or(usize::MAX));
    response
}
